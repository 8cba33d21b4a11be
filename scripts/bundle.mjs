// The JavaScript bundles: one file a program, so that Node has next to nothing to look up when it starts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';

/** Modules that cost start-up time for something that is never used here, and what takes their place. */
const REPLACED = {
  // Widths of emoji and East Asian text, for the columns of yargs' help; ours is ASCII.
  'string-width': String.raw`export default (text) => text.replace(/\u001b\[[0-9;]*m/g, '').length;`,
  // Log transports in worker threads: the daemon writes its log itself.
  'thread-stream': `export default class { constructor() { throw new Error('log transports are not part of this build'); } }`,
  // Optional native code.
  'msgpackr-extract': 'export const extractStrings = undefined;',
  // Commands for people, and yargs with them: loaded by the first one. A daemon that is made from a start-up snapshot knows no `import`.
  './upstart/front-door.ts': `module.exports = require('node:module').createRequire(process.argv[1])('./front-door.cjs');`,
  // The gateway for D-Bus: loaded by the first client of that kind.
  '@upstart/dbus': `module.exports = require('node:module').createRequire(process.argv[1])('./dbus.cjs');`,
};

const replaceModules = {
  name: 'replace-modules',
  setup(build) {
    const filter = new RegExp(
      `^(?:${Object.keys(REPLACED)
        .map((name) => name.replaceAll('.', String.raw`\.`))
        .join('|')})$`,
    );
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'replaced' }));
    build.onLoad({ filter, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path], loader: 'js' }));
  },
};

/** CommonJS packages inside the bundles call Node's own modules by this name. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

/** @satisfies {import('esbuild').BuildOptions} */
const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'external',
  banner: { js: BANNER },
  define: {
    'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"',
    // Nothing in a bundle may look for files beside its own source.
    __dirname: '"/nonexistent"',
    __filename: '"/nonexistent"',
  },
  // The daemon is loaded when V8 has been set up for it, its commands when the first one is asked for.
  external: ['./daemon-main.js', './commands.js'],
  metafile: true,
  write: false,
  logLevel: 'silent',
  absWorkingDir: ROOT,
};

/** Builds one row of BUNDLES; returns whether there was anything to do. */
export async function bundle({ output, entry, overrides = {} }) {
  const options = { ...OPTIONS, ...overrides };
  const recipe = fingerprint([options, REPLACED, entry]);
  if (isFresh(output, recipe)) return false;
  if (!existsSync(join(ROOT, entry))) throw new Problem(`${entry} does not exist.`);
  const esbuild = await import('esbuild');
  const started = Date.now();
  const path = join(DIST, output);
  const result = await esbuild
    .build({ ...options, entryPoints: [entry], outfile: path, plugins: [replaceModules] })
    .catch((error) => {
      throw new Problem(`Cannot bundle ${output}.`, describe(error));
    });
  for (const file of result.outputFiles) replaceFile(file.path, file.contents);
  requireWellFormed(path);
  const inputs = Object.keys(result.metafile.inputs).filter((name) => !name.startsWith('replaced:'));
  remember(output, recipe, inputs, started);
  return true;
}

const describe = (error) =>
  (error.errors ?? [{ text: error.message }])
    .map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text))
    .join('\n');

/** The bundler does not look into the banner: a name that is declared there and elsewhere is found only by Node. */
function requireWellFormed(path) {
  const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`${path} is no valid program.`, stderr.split('\n').slice(-8).join('\n'));
}
