// The JavaScript bundles: few files for each program, so that Node has few files to find when it starts.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { DIST, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';

/** Modules that cost start-up time and are never used here, with their replacements. */
const REPLACED = {
  // Widths of emoji and East Asian text, for the columns of yargs' help; ours is ASCII.
  'string-width': String.raw`export default (text) => text.replace(/\u001b\[[0-9;]*m/g, '').length;`,
  // Log transports in worker threads: the daemon writes its log itself.
  'thread-stream': `export default class { constructor() { throw new Error('log transports are not part of this build'); } }`,
  // Hides fields of log records: no logger here has any to hide.
  '@pinojs/redact': `export default () => { throw new Error('redaction is not part of this build'); };`,
  // A Buffer for versions of Node before 4.5.
  'safe-buffer': `export { Buffer } from 'node:buffer';`,
  // Optional native code.
  'msgpackr-extract': 'export const extractStrings = undefined;',
  // The loader of the file provides it: `core` is the argument of the function around the whole file (targets.mjs).
  'given-core': 'module.exports = core;',
};

/** @type {import('esbuild').Plugin} */
const replaceModules = {
  name: 'replace-modules',
  setup(build) {
    const filter = new RegExp(`^(?:${Object.keys(REPLACED).join('|')})$`);
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'replaced' }));
    build.onLoad({ filter, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path], loader: 'js' }));
  },
};

/** Packages of others with short names of their variables: half of their size. */
const shortenPackages = {
  name: 'shorten-packages',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
      const { transform } = await import('esbuild');
      /** @type {import('esbuild').TransformOptions} */
      const options = { minify: true, sourcemap: 'inline', sourcefile: path, sourcesContent: false };
      return { contents: (await transform(readFileSync(path, 'utf8'), options)).code, loader: 'js' };
    });
  },
};

/** Has imports lead elsewhere: to another file of the build (`./NAME.js`), or to another module. By the names that importers use. */
const redirect = (table) => ({
  name: 'redirect',
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, resolveDir, kind }) => {
      const target = Object.hasOwn(table, path) ? table[path] : undefined;
      if (target === undefined) return undefined;
      return /^\.\/[^/]*\.c?js$/.test(target)
        ? { path: target, external: true }
        : build.resolve(target, { resolveDir, kind });
    });
  },
});

/** CommonJS packages inside the bundles call Node's own modules by this name. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
].join('\n');

/**
 * In CommonJS esbuild copies what an import names, property by property, for each file that imports it: a sixth of the time in which the
 * commands of `upstart` loaded. Here the files of a bundle share one copy. The new name of esbuild's function is as long as the old one, so
 * that the source map stays true; ours is at the end, where it is in the way of nothing and known all the same.
 */
const OWN_COPY = { from: '__toESM=(mod,', to: '__asESM=(mod,' };
const SHARED_COPY = [
  'function __toESM(mod,mode){',
  'const copies=(__toESM.made??=[new WeakMap,new WeakMap])[mode?1:0];',
  'if(!copies.has(mod))copies.set(mod,__asESM(mod,mode));',
  'return copies.get(mod)}',
].join('');

/** @satisfies {import('esbuild').BuildOptions} */
const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  sourcesContent: false,
  banner: { js: BANNER },
  chunkNames: 'shared-[hash]',
  define: {
    'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"',
    // A bundle has no source file of its own beside which it could look for others.
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

/**
 * Builds one row of BUNDLES; returns whether it was out of date. A row has one `entry`, or `entries` by the names of their
 * files, which share chunks and of which `output` is one.
 * @param {{ output: string, entry?: string, entries?: Record<string, string>, redirects?: Record<string, string>, overrides?: any }} row
 */
export async function bundle({
  output,
  entry = '',
  entries = { [nameOf(output)]: entry },
  redirects = {},
  overrides = {},
}) {
  const options = { ...OPTIONS, ...overrides };
  if (options.format === 'cjs') options.footer = { js: `${SHARED_COPY}${options.footer?.js ?? ''}` };
  const recipe = fingerprint([options, REPLACED, OWN_COPY, shortenPackages.setup.toString(), entries, redirects]);
  const folder = dirname(output);
  const names = Object.keys(entries).map((name) => join(folder, `${name}${extname(output)}`));
  if (isFresh(output, recipe) && names.every((name) => existsSync(join(DIST, name)))) return false;
  for (const path of Object.values(entries))
    if (!existsSync(join(ROOT, path))) throw new Problem(`${path} does not exist.`);
  const esbuild = await import('esbuild');
  const started = Date.now();
  const result = await esbuild
    .build({
      ...options,
      entryPoints: entries,
      outdir: join(DIST, folder),
      outExtension: { '.js': extname(output) },
      splitting: names.length > 1,
      plugins: [redirect(redirects), replaceModules, shortenPackages],
    })
    .catch((error) => {
      throw new Problem(`Cannot bundle ${output}.`, describe(error));
    });
  // Chunks first, so that an entry never exists without its imports.
  const { outputFiles = [], metafile } = result;
  for (const file of outputFiles.toReversed())
    replaceFile(
      file.path,
      options.format === 'cjs' && !file.path.endsWith('.map') ? withSharedCopy(file) : file.contents,
    );
  if (names.length > 1) removeOldChunks(folder, outputFiles);
  for (const name of names) requireWellFormed(join(DIST, name));
  const inputs = Object.keys(metafile?.inputs ?? {}).filter((name) => !name.startsWith('replaced:'));
  remember(output, recipe, inputs, started);
  return true;
}

/** What needs no copy has no such function. */
const withSharedCopy = ({ text }) => text.replace(OWN_COPY.from, OWN_COPY.to);

const nameOf = (output) => basename(output, extname(output));

/** Chunks of the build before. There is one row with chunks in a folder. */
function removeOldChunks(folder, files) {
  const made = new Set(files.map(({ path }) => basename(path)));
  for (const name of readdirSync(join(DIST, folder)))
    if (/^shared-.*\.js(?:\.map)?$/.test(name) && !made.has(name)) rmSync(join(DIST, folder, name));
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
