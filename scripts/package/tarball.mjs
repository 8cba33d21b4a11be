// The tarballs that an image is made with: /usr alone, to be unpacked in the root of an image that has Node, or with Node for one that has none.
import { chmodSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { HERE } from './architecture.mjs';
import { compressed, tarOf } from './archive.mjs';
import { ofImage } from './contents.mjs';
import { OWN_NODE } from './node-package.mjs';
import { settle, stage } from './staging.mjs';

/**
 * Returns the path of the package, which is in `output`. `folder` is empty, and whoever made it removes it.
 * @param {{ folder: string, output: string, dateS: number, machine: import('./architecture.mjs').Machine }} where
 */
export const tarball = (where) => packed(where, `linux-${where.machine.architecture}`);

/** With the Node of this machine, which needs the shared libraries of C and C++ from the image. */
export const tarballWithNode = (where) =>
  packed({ ...where, machine: HERE, complete: addNode, level: 6 }, `linux-${HERE.architecture}-node`);

function addNode(tree) {
  const node = join(tree, OWN_NODE);
  rmSync(node);
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
}

/** `complete`: adds to the tree what is not ours. `level`: of the compression. */
function packed({ folder, output, dateS, machine, complete = (_tree) => {}, level = undefined }, name) {
  const tree = join(folder, 'tree');
  stage(ofImage(), tree, machine);
  complete(tree);
  settle(tree, dateS);
  const path = join(output, `upstart-${VERSION}-${name}.tar.gz`);
  replaceFile(path, compressed(tarOf(tree, ['usr'], dateS), level));
  return path;
}
