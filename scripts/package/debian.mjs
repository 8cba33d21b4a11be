// A package for Debian: a tree of files, what dpkg has to know about it, and what Debian's policy asks for.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { LIB, ROOT } from '../layout.mjs';
import { Problem } from '../problem.mjs';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { compressed } from './archive.mjs';
import { debianChangelog } from './changelog.mjs';
import { listing, settle, stage } from './staging.mjs';

/** The field `maintainer` of package.json: who packs for others writes himself there. */
const { maintainer: MAINTAINER } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Nothing but itself and Node has to be there when init starts or is repaired. */
const STATIC =
  '# Works while the C library is being upgraded, and as the first process.\nNAME: statically-linked-binary\n';

/**
 * `version`: where it is not ours. `rows`: the files, `programs`: those of others, which are taken as they are, `folders`: what is made without
 * files in it. `control`: fields besides those that every package has. `scripts`: the maintainer scripts, by their names. `copyright`: where it
 * is not ours. `overrides`: tags of lintian and why they do not apply. `level`: of the compression.
 * @typedef {{ name: string, version?: string, rows: import('../install/contents.mjs').Row[], programs?: { from: string, to: string }[],
 *   folders?: string[], control: Record<string, string>, description: string, scripts?: Record<string, string>, copyright?: string,
 *   overrides?: string, level?: number }} Package
 */

export function requireDpkg() {
  if (spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).status === 0) return;
  throw new Problem(
    'There is no `dpkg-deb`, which makes packages for Debian.',
    'Install the package dpkg, which other distributions have as well, or make the rest: npm run package -- tarball',
  );
}

/**
 * Returns the path of the package, which is in `output`. `folder` is empty, and whoever made it removes it.
 * @param {Package} made
 * @param {{ folder: string, output: string, dateS: number, machine: import('./architecture.mjs').Machine }} where
 */
export function debianPackage(made, { folder, output, dateS, machine }) {
  const tree = join(folder, 'tree');
  stage(made.rows, tree, machine);
  for (const { from, to } of made.programs ?? []) {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    copyFileSync(from, join(tree, to));
    chmodSync(join(tree, to), 0o755);
  }
  for (const path of made.folders ?? []) mkdirSync(join(tree, path), { recursive: true });
  addDocuments(made, tree, dateS);
  addControl(made, tree, machine);
  settle(tree, dateS);
  const archive = join(folder, 'made.deb');
  // The settings of the compression decide about the bytes; several threads would cut differently.
  const words = ['--root-owner-group', '-Zxz', `-z${made.level ?? 6}`, '--threads-max=1', '--build', tree, archive];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(dateS) };
  const { status, stderr, error } = spawnSync('dpkg-deb', words, { env, encoding: 'utf8' });
  if (status !== 0) throw new Problem(`Cannot build ${made.name}: ${error?.message ?? stderr.trim()}`);
  const path = join(output, `${made.name}_${made.version ?? VERSION}_${machine.architecture}.deb`);
  replaceFile(path, readFileSync(archive));
  return path;
}

/** Licences that every Debian has are named, not repeated. */
const APACHE = /^ *Apache License\n *Version 2\.0[\s\S]*?(?=^-{72}$|$(?![\s\S]))/gm;
const BY_REFERENCE = `Apache License, Version 2.0.
On Debian systems its text is in /usr/share/common-licenses/Apache-2.0.

`;

function compressManuals(folder) {
  for (const { path, entry } of listing(folder)) {
    if (!entry.isFile()) continue;
    replaceFile(`${path}.gz`, compressed(readFileSync(path)));
    rmSync(path);
  }
}

/**
 * What Debian's policy asks for, and the examples. The licences of others are part of the copyright.
 * @param {Package} made
 * @param {string} tree
 * @param {number} dateS
 */
function addDocuments({ name, version = VERSION, copyright, overrides = '' }, tree, dateS) {
  const documents = join(tree, 'usr/share/doc', name);
  const changelog = debianChangelog({ source: 'upstart', version, maintainer: MAINTAINER, dateS });
  replaceFile(join(documents, 'changelog.gz'), compressed(changelog));
  if (copyright !== undefined) {
    replaceFile(join(documents, 'copyright'), copyright);
    replaceFile(join(tree, 'usr/share/lintian/overrides', name), overrides.replaceAll('NAME', name));
    return;
  }
  compressManuals(join(tree, 'usr/share/man'));
  const others = readFileSync(join(LIB, 'THIRD-PARTY-LICENCES'), 'utf8').replaceAll(APACHE, BY_REFERENCE);
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
  replaceFile(join(documents, 'copyright'), `Upstart\n\n${own}\nIt contains packages of others:\n\n${others}`);
  replaceFile(join(tree, 'usr/share/lintian/overrides', name), (STATIC + overrides).replaceAll('NAME', name));
  rmSync(join(tree, 'usr/lib/upstart/THIRD-PARTY-LICENCES'));
  cpSync(join(ROOT, 'examples'), join(documents, 'examples'), { recursive: true });
}

/** As md5sum prints them. */
const checksums = (tree) =>
  listing(tree)
    .filter(({ entry }) => entry.isFile())
    .map(({ path }) => `${createHash('md5').update(readFileSync(path)).digest('hex')}  ${relative(tree, path)}\n`)
    .join('');

/** As Debian's policy counts: files in whole KiB, everything else one. */
const installedKiB = (tree) =>
  listing(tree)
    .filter(({ path }) => !relative(tree, path).startsWith('DEBIAN'))
    .map(({ path, entry }) => (entry.isFile() ? Math.ceil(lstatSync(path).size / 1024) : 1))
    .reduce((sum, size) => sum + size, 0);

function addControl({ name, version = VERSION, rows, control, description, scripts = {} }, tree, machine) {
  const place = (file) => join(tree, 'DEBIAN', file);
  const sums = checksums(tree);
  const fields = {
    Package: name,
    Version: version,
    Architecture: machine.architecture,
    Maintainer: MAINTAINER,
    'Installed-Size': installedKiB(tree),
    Section: 'admin',
    Priority: 'optional',
    ...control,
    Description: description,
  };
  const lines = Object.entries(fields).map(([field, value]) => `${field}: ${value}\n`);
  const conffiles = rows.filter(({ conf }) => conf).map(({ to }) => `${to}\n`);
  replaceFile(place('md5sums'), sums);
  replaceFile(place('control'), lines.join(''));
  if (conffiles.length > 0) replaceFile(place('conffiles'), conffiles.join(''));
  for (const [script, text] of Object.entries(scripts)) {
    replaceFile(place(script), text);
    chmodSync(place(script), 0o755);
  }
}
