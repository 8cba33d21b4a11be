/** Reads the files of users and groups: those of the machine, and those inside a chroot. */
import { readFileSync } from 'node:fs';
import { constants, open, readlink } from 'node:fs/promises';
import { encodeText } from '@upstart/common';
import { LookupError } from './resolve.ts';

const EISDIR = 21;
const EINVAL = 22;
const EFBIG = 27;
const ELOOP = 40;
/** The longest file, in bytes: far above any list of users. */
export const FILE_MAX = 16 * 1024 * 1024;
/** The most links, as in the kernel. */
const MAX_LINKS = 40;
const FOLDER = '/etc';

/** A missing file counts as empty. */
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR']);

function textInstead(error: unknown): string {
  if (error instanceof LookupError) throw error;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (MISSING.has(code)) return '';
  throw errno === undefined ? error : new LookupError(-errno);
}

/** The text of a file in `folder`; '' when there is none. Throws LookupError. */
export function readHostFile(name: string, folder = FOLDER): string {
  try {
    return readFileSync(`${folder}/${name}`, 'latin1');
  } catch (error) {
    return textInstead(error);
  }
}

/**
 * The text of a file in /etc as a process with root `root` sees it. Only the caller waits for it: a chroot may lie on a disk that hangs.
 */
export async function readRootedFile(name: string, root: string): Promise<string> {
  try {
    return await readRegular(below(root, await follow(root, `${FOLDER}/${name}`)));
  } catch (error) {
    return textInstead(error);
  }
}

function below(root: string, parts: readonly string[]): Buffer {
  return Buffer.concat([encodeText(root), Buffer.from(['', ...parts].join('/'), 'latin1')]);
}

/** The path outside of `root` for the path `path` inside of it: no link leads out. */
async function follow(root: string, path: string): Promise<string[]> {
  const left = path.split('/').reverse();
  const way: string[] = [];
  let links = 0;
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (part === '..') way.pop();
    if (part === '' || part === '.' || part === '..') continue;
    const target = await linkAt(below(root, [...way, part]));
    if (target === null) {
      way.push(part);
      continue;
    }
    if (++links > MAX_LINKS) throw new LookupError(ELOOP);
    if (target.startsWith('/')) way.length = 0;
    left.push(...target.split('/').reverse());
  }
  return way;
}

/** The target of a link; null: it is not a link. */
async function linkAt(path: Buffer): Promise<string | null> {
  try {
    return (await readlink(path, 'buffer')).toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return null;
    throw error;
  }
}

/** Without waiting for the other end of a pipe. */
async function readRegular(path: Buffer): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const state = await file.stat();
    if (!state.isFile()) throw new LookupError(state.isDirectory() ? EISDIR : EINVAL);
    if (state.size > FILE_MAX) throw new LookupError(EFBIG);
    return await file.readFile('latin1');
  } finally {
    await file.close();
  }
}
