// The packages for npm: the client, the tool, and the programs for a processor, of which npm installs the one that fits.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundle } from '../bundle.mjs';
import { DIST, ROOT } from '../layout.mjs';
import { OLDEST_NODE } from '../prerequisites.mjs';
import { Problem } from '../problem.mjs';
import { VERSION } from '../version.mjs';
import { HERE } from './architecture.mjs';
import { ofImage } from './contents.mjs';
import { listing, settle, stage } from './staging.mjs';

const TOOL = '@upstart/upstart';
const PLATFORM = `${TOOL}-linux-${process.arch}`;
const TEXTS = join(ROOT, 'scripts/package/npm');
const COMMON = { version: VERSION, license: 'MIT', type: 'module', engines: { node: `>=${OLDEST_NODE}` } };

export function requireNpm() {
  if (spawnSync('npm', ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Problem('There is no `npm`, which packs packages for npm.', 'It comes with Node.');
}

/** Returns the paths of the packages, which are in `output`. `folder` is empty, and whoever made it removes it. */
export async function npmPackages({ folder, output, dateS }) {
  const made = { client: clientPackage, programs: programsPackage, tool: toolPackage };
  const paths = [];
  for (const [name, make] of Object.entries(made)) {
    const tree = join(folder, name);
    mkdirSync(tree);
    const manifest = await make(tree);
    writeFileSync(join(tree, 'package.json'), `${JSON.stringify({ ...manifest, ...COMMON }, null, 2)}\n`);
    copyFileSync(join(ROOT, 'LICENSE'), join(tree, 'LICENSE'));
    settle(tree, dateS);
    paths.push(pack(tree, output));
  }
  return paths;
}

async function clientPackage(tree) {
  const name = '.build/client/index.js';
  await bundle({ output: name, entry: 'packages/protocol/src/public.ts' });
  copyFileSync(join(DIST, name), join(tree, 'index.js'));
  writeTypes(join(tree, 'types'));
  copyFileSync(join(TEXTS, 'client-readme.md'), join(tree, 'README.md'));
  return {
    name: '@upstart/client',
    description: 'A client of Upstart, the event-based init',
    exports: { types: './types/protocol/src/public.d.ts', default: './index.js' },
    types: './types/protocol/src/public.d.ts',
  };
}

/** The types of all that `public.ts` reaches, of which the packages are folders here. */
function writeTypes(folder) {
  const options = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--resolveJsonModule'];
  const base = [
    '--target',
    'ES2023',
    '--lib',
    'ES2023,ES2024.String',
    '--module',
    'NodeNext',
    '--types',
    'node',
    '--strict',
    '--skipLibCheck',
    '--allowImportingTsExtensions',
    '--exactOptionalPropertyTypes',
  ];
  const words = [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--ignoreConfig',
    ...base,
    ...options,
    '--rootDir',
    ROOT,
    '--outDir',
    join(folder, 'all'),
  ];
  const { status, stdout } = spawnSync(
    process.execPath,
    [...words, ...['protocol/src/public.ts', 'common/src/index.ts'].map((path) => join(ROOT, 'packages', path))],
    {
      cwd: ROOT,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Problem('Cannot write the types of the client.', stdout);
  const all = join(folder, 'all/packages');
  for (const { path, entry } of listing(all)) {
    if (!entry.name.endsWith('.d.ts')) continue;
    const to = join(folder, relative(all, path));
    const common = relative(dirname(to), join(folder, 'common/src/index.js'));
    const text = readFileSync(path, 'utf8')
      .replaceAll(/(['"])@upstart\/common\1/g, `'${common.startsWith('.') ? common : `./${common}`}'`)
      .replaceAll(/(\.\.?\/[\w./-]+)\.ts(?=['"])/g, '$1.js');
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  rmSync(join(folder, 'all'), { recursive: true });
}

/** What an image gets, with real files where npm drops links. */
function programsPackage(tree) {
  const rows = ofImage().filter(({ to }) => /^\/usr\/(?:sbin|lib)\//.test(to) && to !== '/usr/lib/upstart/node');
  const files = rows.map((row) => ({ ...row, to: row.to.slice('/usr'.length) }));
  stage(files, tree, HERE);
  return {
    name: PLATFORM,
    description: `Upstart's programs for Linux on ${process.arch}`,
    os: ['linux'],
    cpu: [process.arch],
  };
}

/** Programs that people call. */
const CALLED = ['upstart', 'initctl', 'init-checkconf'];

function toolPackage(tree) {
  for (const name of CALLED) copyFileSync(join(TEXTS, 'launch.js'), join(tree, `${name}.js`));
  copyFileSync(join(TEXTS, 'launch.js'), join(tree, 'launch.js'));
  copyFileSync(join(TEXTS, 'examples.js'), join(tree, 'upstart-examples.js'));
  copyFileSync(join(TEXTS, 'tool-readme.md'), join(tree, 'README.md'));
  cpSync(join(ROOT, 'examples'), join(tree, 'examples'), { recursive: true });
  const bin = [...CALLED, 'upstart-examples'].map((name) => [name, `./${name}.js`]);
  return {
    name: TOOL,
    description: 'Event-based init for sessions: job files say on which events a service starts and stops',
    bin: Object.fromEntries(bin),
    os: ['linux'],
    optionalDependencies: { [PLATFORM]: VERSION },
  };
}

function pack(tree, output) {
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', output];
  const { status, stdout, stderr } = spawnSync('npm', words, { cwd: tree, encoding: 'utf8' });
  const path = join(output, stdout?.trim().split('\n').at(-1) ?? '');
  if (status !== 0 || !existsSync(path)) throw new Problem('npm pack has failed.', stderr ?? '');
  return path;
}
