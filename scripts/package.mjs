// Makes the packages in dist/packages from the build. Two runs give the same bytes.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { DIST } from './layout.mjs';
import { debianPackage, requireDpkg } from './package/debian.mjs';
import { image } from './package/image.mjs';
import { initPackage } from './package/init-package.mjs';
import { npmPackages, requireNpm } from './package/npm.mjs';
import { readOptions } from './package/options.mjs';
import { sbom } from './package/sbom.mjs';
import { sessionPackage } from './package/session-package.mjs';
import { sourceDateS } from './package/source-date.mjs';
import { requireStrip } from './package/staging.mjs';
import { tarball } from './package/tarball.mjs';

/** What can be made: the name on the command line, what it needs, and how to make it, which returns the path of the package, or of several. */
const KINDS = {
  deb: { require: requireDpkg, make: (where) => debianPackage(sessionPackage(), where) },
  'init-deb': { require: requireDpkg, make: (where) => debianPackage(initPackage(), where) },
  npm: { require: requireNpm, make: npmPackages },
  image: { require: () => {}, make: image },
  sbom: { require: () => {}, make: sbom },
  tarball: { require: () => {}, make: tarball },
};

export async function run(args) {
  const { output = join(DIST, 'packages'), names } = readOptions(args, Object.keys(KINDS));
  requireStrip();
  for (const name of names) KINDS[name].require();
  const dateS = sourceDateS();
  await build();
  mkdirSync(output, { recursive: true });
  for (const name of names) {
    const folder = mkdtempSync(join(tmpdir(), 'upstart-package-'));
    try {
      const made = await KINDS[name].make({ folder, output, dateS });
      for (const path of [made].flat()) console.log(`packed ${relative('', path)}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return 0;
}
