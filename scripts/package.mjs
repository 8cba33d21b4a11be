// Makes the packages in dist/packages from the build. Two runs give the same bytes.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { DIST } from './layout.mjs';
import { ARCHITECTURE, HERE, OTHERS, otherMachine, requireCross } from './package/architecture.mjs';
import { debianPackage, requireDpkg } from './package/debian.mjs';
import { image } from './package/image.mjs';
import { initPackage } from './package/init-package.mjs';
import { nodePackage, requireMovableNode } from './package/node-package.mjs';
import { npmPackages, requireNpm } from './package/npm.mjs';
import { readOptions } from './package/options.mjs';
import { sbom } from './package/sbom.mjs';
import { sessionPackage } from './package/session-package.mjs';
import { sourceDateS } from './package/source-date.mjs';
import { requireStrip } from './package/staging.mjs';
import { tarball, tarballWithNode } from './package/tarball.mjs';
import { Problem } from './problem.mjs';

/**
 * What can be made: the name on the command line, what it needs, and how to make it, which returns the path of the package, or of several.
 * `isForOthers`: for other machines, too. `hasNode`: with the Node of this one, which has to be one that can be moved.
 */
const KINDS = {
  deb: { require: requireDpkg, make: (where) => debianPackage(sessionPackage(), where), isForOthers: true },
  'init-deb': { require: requireDpkg, make: (where) => debianPackage(initPackage(), where), isForOthers: true },
  'node-deb': { require: requireDpkg, make: (where) => debianPackage(nodePackage(), where), hasNode: true },
  npm: { require: requireNpm, make: npmPackages },
  image: { require: () => {}, make: image },
  sbom: { require: () => {}, make: sbom },
  tarball: { require: () => {}, make: tarball, isForOthers: true },
  'node-tarball': { require: () => {}, make: tarballWithNode, hasNode: true },
};
const NAMES = Object.keys(KINDS);
const FOR_OTHERS = NAMES.filter((name) => KINDS[name].isForOthers);

export async function run(args) {
  const { output = join(DIST, 'packages'), arch, names } = readOptions(args, NAMES, [ARCHITECTURE, ...OTHERS]);
  const isAll = names.length === 0 && arch === undefined;
  const rows = (isAll ? [ARCHITECTURE, ...OTHERS] : [arch ?? ARCHITECTURE]).flatMap((architecture) => {
    const possible = architecture === ARCHITECTURE ? NAMES : FOR_OTHERS;
    const strange = names.find((name) => !possible.includes(name));
    if (strange)
      throw new Problem(`${strange} is made for ${ARCHITECTURE} only.`, `For ${architecture}: ${possible.join(', ')}`);
    return (names.length > 0 ? names : possible).map((name) => ({ name, architecture, ...KINDS[name] }));
  });
  const wanted = rows.filter((row) => isPossible(row, isAll));
  requireStrip(HERE);
  const dateS = sourceDateS();
  await build();
  mkdirSync(output, { recursive: true });
  for (const { make, architecture } of wanted) {
    const machine = architecture === ARCHITECTURE ? HERE : otherMachine(architecture);
    const folder = mkdtempSync(join(tmpdir(), 'upstart-package-'));
    try {
      const made = await make({ folder, output, dateS, machine });
      for (const path of [made].flat()) console.log(`packed ${relative('', path)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return 0;
}

/** Where everything is made that can be (`isAll`), what not every machine can make is skipped, with the reason. */
function isPossible({ name, architecture, require, hasNode }, isAll) {
  require();
  try {
    if (architecture !== ARCHITECTURE) requireCross(architecture);
    if (hasNode) requireMovableNode();
    return true;
  } catch (error) {
    if (!isAll || !(error instanceof Problem)) throw error;
    console.log(`skipped ${name} for ${architecture}: ${error.message} ${error.hint}`);
    return false;
  }
}
