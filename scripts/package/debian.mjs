// upstart-session, the package for Debian: commands and session inits. The machine's init stays what it is.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { LIB, ROOT } from '../layout.mjs';
import { OLDEST_NODE } from '../prerequisites.mjs';
import { Problem } from '../problem.mjs';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { ARCHITECTURE } from './architecture.mjs';
import { debianChangelog } from './changelog.mjs';
import { ofSession } from './contents.mjs';
import { listing, settle, stage } from './staging.mjs';

const NAME = 'upstart-session';
const MAINTAINER = 'The Upstart authors <upstart@example.org>';

/** What stands in the control file besides the size. */
const CONTROL = {
  Package: NAME,
  Version: VERSION,
  Architecture: ARCHITECTURE,
  Maintainer: MAINTAINER,
  Depends: `nodejs (>= ${OLDEST_NODE})`,
  Suggests: 'graphviz',
  // It has a manual page initctl(8), too.
  Conflicts: 'finit',
  Section: 'admin',
  Priority: 'optional',
};
const DESCRIPTION = `event-based init for sessions and containers
 Job files say on which events a service starts and stops; initctl, start,
 stop and status talk to the init that runs them. This is a new implementation
 of what Upstart 1.13.2 does: existing job files keep working.
 .
 This package has the init of a user's session or of a container, the commands
 and the manual pages. It leaves the init of the machine as it is.`;

/** Nothing but itself and Node has to be there when init starts or is repaired. */
const OVERRIDES = `# Works while the C library is being upgraded, and as the first process.\n${NAME}: statically-linked-binary\n`;

export function requireDpkg() {
  if (spawnSync('dpkg-deb', ['--version'], { stdio: 'ignore' }).status === 0) return;
  throw new Problem(
    'There is no `dpkg-deb`, which makes packages for Debian.',
    'Install the package dpkg, which other distributions have as well, or make the rest: npm run package -- tarball',
  );
}

/** Returns the path of the package, which is in `output`. `folder` is empty, and whoever made it removes it. */
export function debianPackage({ folder, output, dateS }) {
  const tree = join(folder, 'tree');
  stage(ofSession(), tree);
  compressManuals(join(tree, 'usr/share/man'));
  addDocuments(tree, dateS);
  replaceFile(join(tree, 'DEBIAN/md5sums'), checksums(tree));
  replaceFile(join(tree, 'DEBIAN/control'), control(installedKiB(tree)));
  settle(tree, dateS);
  const made = join(folder, 'made.deb');
  // The settings of the compression decide about the bytes; several threads would cut differently.
  const words = ['--root-owner-group', '-Zxz', '-z6', '--threads-max=1', '--build', tree, made];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(dateS) };
  const { status, stderr, error } = spawnSync('dpkg-deb', words, { env, encoding: 'utf8' });
  if (status !== 0) throw new Problem(`Cannot build ${NAME}: ${error?.message ?? stderr.trim()}`);
  const path = join(output, `${NAME}_${VERSION}_${ARCHITECTURE}.deb`);
  replaceFile(path, readFileSync(made));
  return path;
}

/** Licences that every Debian has are named, not repeated. */
const APACHE = /^ *Apache License\n *Version 2\.0[\s\S]*?(?=^-{72}$|$(?![\s\S]))/gm;
const BY_REFERENCE = `Apache License, Version 2.0.
On Debian systems its text is in /usr/share/common-licenses/Apache-2.0.

`;

const compressed = (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION });

function compressManuals(folder) {
  for (const { path, entry } of listing(folder)) {
    if (!entry.isFile()) continue;
    replaceFile(`${path}.gz`, compressed(readFileSync(path)));
    rmSync(path);
  }
}

/** What Debian's policy asks for. The licences of others are part of the copyright. */
function addDocuments(tree, dateS) {
  const documents = join(tree, 'usr/share/doc', NAME);
  const changelog = debianChangelog({ source: 'upstart', maintainer: MAINTAINER, dateS });
  const others = readFileSync(join(LIB, 'THIRD-PARTY-LICENCES'), 'utf8').replaceAll(APACHE, BY_REFERENCE);
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8');
  replaceFile(join(documents, 'changelog.gz'), compressed(changelog));
  replaceFile(join(documents, 'copyright'), `Upstart\n\n${own}\nIt contains packages of others:\n\n${others}`);
  replaceFile(join(tree, 'usr/share/lintian/overrides', NAME), OVERRIDES);
  rmSync(join(tree, 'usr/lib/upstart/THIRD-PARTY-LICENCES'));
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

const control = (size) =>
  Object.entries({ ...CONTROL, 'Installed-Size': size, Description: DESCRIPTION })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
