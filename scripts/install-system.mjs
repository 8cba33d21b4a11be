// Installs what was built: executables in PREFIX/sbin, everything else in PREFIX/lib/upstart, completions in PREFIX/share.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { build } from './build.mjs';
import { BIN, LIB, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';
import { SYSTEM_TOOLS } from './targets.mjs';

const USAGE = 'usage: npm run install-system -- [--destdir DIR] [--prefix DIR] [--node FILE] [--as-init] [--force]';
const MANIFEST = 'installed-files';
const JOBS = join(ROOT, 'packages/daemon/jobs');
const SHIM = 'upstart-job';
const JOB_LOGS = 'var/log/upstart';

const LINKS = ['start', 'stop', 'restart', 'reload'];
/** Where the completions of each shell belong, below PREFIX/share: bash and fish look for the name of the command. */
const COMPLETIONS = {
  'upstart.bash': ['initctl', ...LINKS, 'status'].map((command) => `bash-completion/completions/${command}`),
  // `status` is a command of fish itself, whose own completion this would hide.
  'upstart.fish': ['initctl', ...LINKS].map((command) => `fish/vendor_completions.d/${command}.fish`),
  _upstart: ['zsh/site-functions/_upstart'],
};

export async function run(args) {
  const { destdir, prefix, node, asInit, force } = readOptions(args);
  if (node) requireNode(join(destdir || '/', node), node);
  await build();
  const top = join(destdir || '/', prefix);
  const programs = listing(BIN).filter((name) => asInit || !SYSTEM_TOOLS.includes(name));
  const files = [
    ...programs.map((name) => ({ from: join(BIN, name), to: `sbin/${name}` })),
    ...listing(LIB).map((name) => ({ from: join(LIB, name), to: `lib/upstart/${name}` })),
    ...completions(),
  ];
  if (!force) refuseStrangers(top, files);
  try {
    for (const { from, to } of files) place(from, join(top, to));
    if (node) replaceLink(join(top, 'lib/upstart/node'), node);
    writeFileSync(join(top, 'lib/upstart', MANIFEST), `${files.map(({ to }) => to).join('\n')}\n`);
  } catch (error) {
    throw new Problem(`Cannot install below ${top}: ${error.message}`, error.code === 'EACCES' ? 'Do it as root?' : '');
  }
  console.log(`installed ${files.length} files below ${top}`);
  if (asInit) installJobs(destdir || '/', force);
  return 0;
}

/** Relative folders count from where the person stands, which npm hands on in INIT_CWD. */
function readOptions(args) {
  const options = { destdir: '', prefix: '/usr/local', node: '', asInit: false, force: false };
  const rest = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : arg,
  );
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === '--force') options.force = true;
    else if (option === '--as-init') options.asInit = true;
    else if (['--destdir', '--prefix', '--node'].includes(option)) {
      const value = rest.shift();
      if (!value || value.startsWith('--')) throw new Problem(`${option} needs a path.`, USAGE);
      options[option.slice(2)] = value;
    } else throw new Problem(`Unknown option: ${option}`, USAGE);
  }
  for (const option of ['prefix', 'node']) {
    if (options[option] && !isAbsolute(options[option]))
      throw new Problem(`--${option} must be an absolute path, not ${options[option]}`, USAGE);
  }
  if (options.destdir) options.destdir = resolve(process.env.INIT_CWD ?? process.cwd(), options.destdir);
  return options;
}

/** What is installed runs on the Node of the build, or on the one that is found at `path` where it is installed. */
function requireNode(file, path) {
  if (!existsSync(file)) throw new Problem(`--node ${path}: there is no ${file}`, 'Nothing has been installed.');
}

/** Without what an interrupted build left behind, and the maps that only a checkout can use. */
const listing = (folder) => readdirSync(folder).filter((name) => !/\.(?:new|map)$/.test(name));

function completions() {
  return Object.entries(COMPLETIONS).flatMap(([file, places]) =>
    places.map((place) => ({ from: join(ROOT, 'packages/ctl/completions', file), to: `share/${place}` })),
  );
}

/** Another init's files are not overwritten unasked: a machine might not boot any more. */
function refuseStrangers(top, files) {
  const manifest = join(top, 'lib/upstart', MANIFEST);
  const ours = new Set(existsSync(manifest) ? readFileSync(manifest, 'utf8').split('\n') : []);
  const strangers = files.filter(({ to }) => !ours.has(to) && lstatSync(join(top, to), { throwIfNoEntry: false }));
  if (strangers.length === 0) return;
  throw new Problem(
    `These files are there already and were not installed from here:\n${strangers.map(({ to }) => `  ${join(top, to)}`).join('\n')}`,
    'Nothing has been installed. --force replaces them.',
  );
}

/** The jobs of the system's init, where an administrator's changes stay, and what init scripts can be replaced by. */
function installJobs(root, force) {
  const shim = { from: join(LIB, SHIM), to: join(root, 'lib/init', SHIM) };
  const jobs = listing(JOBS).map((name) => ({ from: join(JOBS, name), to: join(root, 'etc/init', name) }));
  for (const { from, to } of [shim, ...jobs]) {
    if (!force && existsSync(to) && !readFileSync(to).equals(readFileSync(from))) {
      console.log(`left as it is: ${to}`);
    } else place(from, to);
  }
  mkdirSync(join(root, JOB_LOGS), { recursive: true });
  console.log(`installed ${jobs.length} jobs in ${join(root, 'etc/init')}`);
}

function place(from, to) {
  const found = lstatSync(from);
  if (found.isSymbolicLink()) return replaceLink(to, readlinkSync(from));
  replace(to, (temporary) => {
    copyFileSync(from, temporary);
    chmodSync(temporary, found.mode & 0o111 ? 0o755 : 0o644);
  });
}

const replaceLink = (path, target) => replace(path, (temporary) => symlinkSync(target, temporary));

/** What `make` makes takes the place of `path` at once. */
function replace(path, make) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  make(temporary);
  renameSync(temporary, path);
}
