// upstart-node, the package for Debian that has a Node for Upstart where that of the distribution is too old: the one that makes it, as it is.
// It is for Upstart alone: no program of this name comes into the PATH.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../problem.mjs';

/** Where Upstart looks first; in the other packages a link to /usr/bin/node, which is diverted. */
export const OWN_NODE = '/usr/lib/upstart/node';

/** The shared libraries that every Debian has, by the packages that have them. */
const OF_DEBIAN = {
  libc6: /^(?:ld-linux|lib(?:c|dl|m|pthread|rt)\.so)/,
  'libgcc-s1': /^libgcc_s\.so/,
  'libstdc++6': /^libstdc\+\+\.so/,
  libatomic1: /^libatomic\.so/,
};

const DESCRIPTION = `Node for Upstart
 Upstart needs a newer Node than some versions of the distribution have. This
 is one for Upstart alone: it is not in the PATH, and leaves a Node that is
 installed as it is.`;

const scripts = {
  preinst: `#!/bin/sh
# The packages of Upstart have a link to the distribution's Node in this place.
set -e

case $1 in
install | upgrade) dpkg-divert --package upstart-node --quiet --add --rename --divert ${OWN_NODE}.distrib ${OWN_NODE} ;;
esac
`,
  postrm: `#!/bin/sh
set -e

case $1 in
remove | abort-install) dpkg-divert --package upstart-node --quiet --remove --rename ${OWN_NODE} ;;
esac
`,
};

/** A Node of a distribution is made of shared libraries that other systems have not got. */
export function requireMovableNode() {
  const strange = libraries().filter((name) => packageOf(name) === undefined);
  if (strange.length > 0)
    throw new Problem(
      `${process.execPath} is linked with ${strange.join(', ')}, which other systems may not have.`,
      'Build with a Node of https://nodejs.org/en/download.',
    );
  if (licence() === null)
    throw new Problem(
      `${process.execPath} has no licence beside it.`,
      'Build with a Node of https://nodejs.org/en/download.',
    );
}

/** @returns {import('./debian.mjs').Package} */
export const nodePackage = () => ({
  name: 'upstart-node',
  version: process.versions.node,
  rows: [],
  programs: [{ from: process.execPath, to: OWN_NODE }],
  control: {
    Depends: [
      `libc6 (>= ${oldestLibrary()})`,
      ...[...new Set(libraries().map(packageOf))].filter((name) => name !== 'libc6'),
    ].join(', '),
    Enhances: 'upstart-session, upstart-init',
  },
  description: DESCRIPTION,
  // A higher one takes minutes, and saves a seventh.
  level: 1,
  scripts,
  copyright: readFileSync(licence() ?? '', 'utf8'),
  // As its project has built it.
  overrides: [
    'embedded-library',
    'unstripped-binary-or-object',
    'hardening-no-pie',
    'hardening-no-bindnow',
    'no-manual-page',
    'copyright-file-contains-full-apache-2-license',
    'copyright-not-using-common-license-for-gpl',
    'old-fsf-address-in-copyright-file',
  ]
    .map((tag) => `NAME: ${tag} *\n`)
    .join(''),
});

function libraries() {
  const { stdout } = spawnSync('objdump', ['-p', process.execPath], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^ *NEEDED +(\S+)$/gm)].map(([, name = '']) => name);
}

const packageOf = (library) => Object.entries(OF_DEBIAN).find(([, pattern]) => pattern.test(library))?.[0];

/** The version of the C library that it needs. */
function oldestLibrary() {
  const { stdout } = spawnSync('objdump', ['-p', process.execPath], { encoding: 'utf8' });
  const versions = [...(stdout ?? '').matchAll(/ GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [
    Number(major),
    Number(minor),
  ]);
  const [newest = [2, 28]] = versions.sort(([a = 0, b = 0], [c = 0, d = 0]) => c - a || d - b);
  return newest.join('.');
}

/** Null where there is none. */
function licence() {
  const prefix = dirname(dirname(process.execPath));
  return (
    ['LICENSE', 'share/doc/nodejs/LICENSE', 'share/doc/node/LICENSE']
      .map((name) => join(prefix, name))
      .find(existsSync) ?? null
  );
}
