/**
 * Compresses old logs. The compressed file is made under a hidden name, is complete on the disk when it gets its own, and only then the old log
 * is removed. Whatever happens in between, the next time ends it.
 */
import { constants, linkSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { indexPathOf } from '@upstart/common';
import { MAX_KEPT_LOGS } from '../options/limits.ts';
import { numbered, type OldLog, oldLogsIn, stateOf } from './names.ts';
import { takeAway } from './take-away.ts';

const SUFFIX = '.gz';
/** What is read at a time, in bytes. */
const BLOCK_BYTES = 64 * 1024;
const BEGUN = /^\..+\.log\.\d+\.gz\.begun$/s;

/** Compresses all old logs that init has rotated. `failed` gets those that cannot be. */
export async function compressAll(folder: string, failed: (path: string, error: Error) => void): Promise<void> {
  for (const name of readdirSync(folder)) if (BEGUN.test(name)) rmSync(join(folder, name), { force: true });
  endTwins(folder);
  for (const old of oldLogsIn(folder)) {
    if (old.isCompressed || old.number === null) continue;
    try {
      await compress(folder, old);
    } catch (error) {
      failed(old.path, error as Error);
    }
  }
}

/**
 * A daemon was killed before it removed the old log, or the compressed file. That one goes, and is made again: where the logger renamed both
 * meanwhile, it is made of another old log, of the same second.
 */
function endTwins(folder: string): void {
  const all = oldLogsIn(folder);
  const plain = new Map(all.filter(({ isCompressed }) => !isCompressed).map((old) => [`${old.path}${SUFFIX}`, old]));
  for (const { path, log, state } of all) {
    const twin = plain.get(path);
    if (twin !== undefined && seconds(twin) === seconds({ state })) remove(folder, path, log, state.ino);
  }
}

const seconds = ({ state }: Pick<OldLog, 'state'>): bigint => state.mtimeMs / 1000n;

async function compress(folder: string, { path, log, state }: OldLog): Promise<void> {
  const begun = join(folder, `.${log}.${state.ino}${SUFFIX}.begun`);
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { ino, mode, uid, gid, mtimeMs } = await source.stat({ bigint: true });
    // It has another number by now: the next time.
    if (ino !== state.ino) return;
    const target = await open(begun, 'wx', Number(mode & 0o777n));
    try {
      await target.chown(Number(uid), Number(gid)).catch(() => {});
      await pipeline(blocksOf(source), createGzip(), async (blocks) => {
        for await (const block of blocks) await target.write(block as Buffer);
      });
      await target.utimes(Number(mtimeMs / 1000n), Number(mtimeMs / 1000n));
      await target.sync();
      publish(folder, log, begun, ino, (await target.stat({ bigint: true })).ino);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
    rmSync(begun, { force: true });
  }
}

async function* blocksOf(source: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await source.read(Buffer.allocUnsafe(BLOCK_BYTES));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Gives the compressed file the number of the old log, which takes its place. */
function publish(folder: string, log: string, begun: string, inode: bigint, compressed: bigint): void {
  const number = numberOf(folder, log, inode, '');
  // It was removed meanwhile.
  if (number === null) return;
  const path = numbered(folder, log, number);
  linkIndex(folder, log, inode, compressed);
  linkSync(begun, `${path}${SUFFIX}`);
  // The logger gives both the next number, or has just done so with one of them.
  const other = numberOf(folder, log, compressed, SUFFIX);
  if (other !== null && numberOf(folder, log, inode, '') === other)
    remove(folder, numbered(folder, log, other), log, inode);
  else if (other !== null) remove(folder, numbered(folder, log, other, SUFFIX), log, compressed);
}

/** With its index. */
function remove(folder: string, path: string, log: string, inode: bigint): void {
  if (takeAway(path, inode)) rmSync(indexPathOf(join(folder, log), inode), { force: true });
}

function linkIndex(folder: string, log: string, inode: bigint, compressed: bigint): void {
  const index = indexPathOf(join(folder, log), compressed);
  try {
    // Of a file that is gone and had this inode.
    rmSync(index, { force: true });
    linkSync(indexPathOf(join(folder, log), inode), index);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function numberOf(folder: string, log: string, inode: bigint, suffix: string): number | null {
  for (let number = 1; number <= MAX_KEPT_LOGS; number++)
    if (stateOf(numbered(folder, log, number, suffix))?.ino === inode) return number;
  return null;
}
