// The tarball that an image is made with: /usr alone, to be unpacked in the root of an image that has Node.
import { join } from 'node:path';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { ARCHITECTURE } from './architecture.mjs';
import { compressed, tarOf } from './archive.mjs';
import { ofImage } from './contents.mjs';
import { settle, stage } from './staging.mjs';

/** Returns the path of the package, which is in `output`. `folder` is empty, and whoever made it removes it. */
export function tarball({ folder, output, dateS }) {
  const tree = join(folder, 'tree');
  stage(ofImage(), tree);
  settle(tree, dateS);
  const path = join(output, `upstart-${VERSION}-linux-${ARCHITECTURE}.tar.gz`);
  replaceFile(path, compressed(tarOf(tree, ['usr'], dateS)));
  return path;
}
