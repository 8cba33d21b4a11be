/**
 * Removes an old log although the logger may rename it at any moment. There is no way to remove a name only if it is that of a certain file:
 * so it gets a hidden name first, under which nobody renames it, and its own back if it is another file.
 */
import { linkSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MAX_KEPT_LOGS } from '../options/limits.ts';
import { numbered, stateOf } from './names.ts';

const HIDDEN = /^\.(.+\.log)(\.\d+|-[\d-]+)(\.gz)?\.(\d+)\.going$/s;

/** Removes the file of this inode, if it has this name. Returns whether it had. */
export function takeAway(path: string, inode: bigint): boolean {
  if (stateOf(path)?.ino !== inode) return false;
  const hidden = join(dirname(path), `.${basename(path)}.${inode}.going`);
  try {
    renameSync(path, hidden);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  return finish(hidden);
}

/** Ends what a daemon before this one has begun. */
export function takeRestAway(folder: string): void {
  for (const name of readdirSync(folder)) if (HIDDEN.test(name)) finish(join(folder, name));
}

/** Removes what has a hidden name, or gives it its own back. Returns whether it was removed. */
function finish(hidden: string): boolean {
  const [, log = '', mark = '', suffix = '', inode = ''] = HIDDEN.exec(basename(hidden)) ?? [];
  const isMeant = stateOf(hidden)?.ino === BigInt(inode);
  if (!isMeant) giveBack(hidden, log, mark, suffix);
  unlinkSync(hidden);
  return isMeant;
}

/** Under the first number that is free: in the meantime younger files may have got its own. */
function giveBack(hidden: string, log: string, mark: string, suffix: string): void {
  const folder = dirname(hidden);
  const first = mark.startsWith('.') ? Number(mark.slice(1)) : 1;
  for (let number = first; number <= first + MAX_KEPT_LOGS; number++) {
    try {
      linkSync(hidden, numbered(folder, log, number, suffix));
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`no number is free for ${basename(hidden)}`);
}
