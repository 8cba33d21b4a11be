// The tarball that an image is made with: /usr alone, to be unpacked in the root of an image that has Node.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { Problem } from '../problem.mjs';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { ARCHITECTURE } from './architecture.mjs';
import { ofImage } from './contents.mjs';
import { settle, stage } from './staging.mjs';

/** Returns the path of the package, which is in `output`. `folder` is empty, and whoever made it removes it. */
export function tarball({ folder, output, dateS }) {
  const tree = join(folder, 'tree');
  stage(ofImage(), tree);
  settle(tree, dateS);
  const tar = join(folder, 'tar');
  const order = ['--sort=name', `--mtime=@${dateS}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const { status, stderr, error } = spawnSync('tar', [...order, '-C', tree, '-cf', tar, 'usr'], { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`Cannot make a tarball: ${error?.message ?? stderr.trim()}`, 'It takes GNU tar.');
  const path = join(output, `upstart-${VERSION}-linux-${ARCHITECTURE}.tar.gz`);
  replaceFile(path, gzipSync(readFileSync(tar), { level: constants.Z_BEST_COMPRESSION }));
  rmSync(tar);
  return path;
}
