// Archives of tar, whose bytes depend on the tree alone.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { constants, gzipSync } from 'node:zlib';
import { Problem } from '../problem.mjs';

/** The entries `names` of the folder `tree`, owned by root, in the order of their names, dated `dateS` (seconds since 1970). */
export function tarOf(tree, names, dateS) {
  const file = `${tree}.tar`;
  const order = ['--sort=name', `--mtime=@${dateS}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const words = [...order, '-C', tree, '-cf', file, ...names];
  const { status, stderr, error } = spawnSync('tar', words, { encoding: 'utf8' });
  if (status !== 0) throw new Problem(`Cannot make a tarball: ${error?.message ?? stderr.trim()}`, 'It takes GNU tar.');
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

/** `level`: of zlib. The best one takes three times as long for a program of 100 MB, and saves a hundredth. */
export const compressed = (content, level = constants.Z_BEST_COMPRESSION) => gzipSync(content, { level });
