// Installs what was built: executables in PREFIX/sbin, everything else in PREFIX/lib/upstart, completions in PREFIX/share. As the
// machine's init also what belongs to /etc and /usr. With --uninstall it removes all that.
import { existsSync, lstatSync, mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { contents, FOLDERS_OF_INIT } from './install/contents.mjs';
import { checksum, isUnchanged, manifestPath, manifestText, readManifest } from './install/manifest.mjs';
import { readOptions, USAGE } from './install/options.mjs';
import { place, replace } from './install/place.mjs';
import { putAside, putBack, refuseStrangers, strangersAmong } from './install/strangers.mjs';
import { Problem } from './problem.mjs';

export async function run(args) {
  const options = readOptions(args);
  if (options.uninstall) return uninstall(options);
  if (options.node) requireNode(join(options.root, options.node), options.node);
  await build();
  try {
    install(options);
  } catch (error) {
    if (error instanceof Problem || !error.code) throw error;
    throw new Problem(`Cannot install in ${options.root}: ${error.message}`, hintFor(error));
  }
  return 0;
}

const PREFIX_OF_PACKAGES = '/usr';

/** What is installed runs on the Node of the build, or on the one that is found at `path` where it is installed. */
function requireNode(file, path) {
  if (!existsSync(file)) throw new Problem(`--node ${path}: there is no ${file}`, 'Nothing has been installed.');
}

const hintFor = (error) => (error.code === 'EACCES' ? 'Do it as root?' : '');

function install({ root, prefix, node, asInit, force }) {
  const before = readManifest(root, prefix) ?? new Map();
  const rows = contents({ root, prefix, node, asInit });
  const strangers = strangersAmong(rows, root, before);
  if (!force) refuseStrangers(strangers);
  // Below another prefix nothing is in the way of a package.
  putAside(strangers, root, asInit && prefix === PREFIX_OF_PACKAGES);
  const manifest = new Map();
  for (const row of rows) {
    const path = join(root, row.to);
    const sum = row.conf ? checksum(row.from) : null;
    if (row.conf && !force && isChanged(path, before.get(row.to) ?? null, sum)) {
      console.log(`left as it is: ${path}`);
      manifest.set(row.to, before.get(row.to) ?? sum);
      continue;
    }
    place(row, path);
    manifest.set(row.to, sum);
  }
  // What an earlier version had and this one has not.
  for (const [file, sum] of before) if (!manifest.has(file)) remove(root, file, sum);
  if (asInit) for (const folder of FOLDERS_OF_INIT) mkdirSync(join(root, folder), { recursive: true });
  replace(join(root, manifestPath(prefix)), (temporary) => writeFileSync(temporary, manifestText(manifest)));
  console.log(`installed ${rows.length} files in ${root}`);
}

/** Whether somebody has written his own conf file, or has changed ours. */
function isChanged(path, installed, sum) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && !isUnchanged(path, sum) && !(installed !== null && isUnchanged(path, installed));
}

function uninstall({ root, prefix }) {
  const manifest = readManifest(root, prefix);
  if (!manifest) {
    const place = join(root, manifestPath(prefix));
    throw new Problem(`Nothing is installed from here: there is no ${place}`, `Was it another --prefix?\n${USAGE}`);
  }
  try {
    for (const [file, sum] of manifest) remove(root, file, sum);
    rmSync(join(root, manifestPath(prefix)));
    const files = [...manifest.keys(), manifestPath(prefix)];
    removeEmptyFolders(root, [...files, ...FOLDERS_OF_INIT].map((path) => dirname(path)).concat(FOLDERS_OF_INIT));
    const paths = [...manifest.keys()].map((file) => join(root, file));
    putBack(paths, root, prefix === PREFIX_OF_PACKAGES);
  } catch (error) {
    if (error instanceof Problem || !error.code) throw error;
    throw new Problem(`Cannot remove everything from ${root}: ${error.message}`, hintFor(error));
  }
  console.log(`removed ${manifest.size} files from ${root}`);
  return 0;
}

/** A conf file that was changed stays. */
function remove(root, file, sum) {
  const path = join(root, file);
  if (sum === null || isUnchanged(path, sum)) rmSync(path, { force: true });
  else if (existsSync(path)) console.log(`left as it is: ${path}`);
}

/** Folders of ours alone, and those that nobody else has put anything into: never the ones that every system has. */
function removeEmptyFolders(root, folders) {
  const own = new Set(folders.filter((folder) => OWN_FOLDER.test(folder)));
  for (const folder of [...own].sort((a, b) => b.length - a.length)) {
    try {
      rmdirSync(join(root, folder));
    } catch (error) {
      if (!['ENOTEMPTY', 'ENOENT', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}

const OWN_FOLDER = /\/(?:upstart|upstart\/sessions|etc\/init|lib\/init)$/;
