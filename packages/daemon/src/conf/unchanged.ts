/**
 * Decides when a file need not be read again: its times show every change, and they are the same as before. On network file systems times
 * may arrive late. Right after a change a second one may leave them the same, because clocks go in steps.
 */
import { statfsSync } from 'node:fs';
import { fsPath, inspect, type JobFileContent, signatureOf } from './job-file.ts';
import type { ConfFile, Source, SourceChanges } from './source.ts';

/** The longest step of times in whole seconds, in milliseconds: that of FAT. */
export const SECONDS_STEP_MS = 2000;
/** Finer times come from the kernel's tick, of at most 10 ms. A virtual machine may be late with it. */
export const TICK_STEP_MS = 100;

/** File systems whose times come from this kernel, by their numbers in statfs(2). */
const LOCAL: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext2, ext3, ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x794c7630, 'overlayfs'],
  [0xf2f52010, 'f2fs'],
  [0x2fc12fc1, 'zfs'],
  [0xca451a4e, 'bcachefs'],
  [0x3153464a, 'jfs'],
  [0x73717368, 'squashfs'],
  [0xe0f5e1e2, 'erofs'],
  [0x4d44, 'FAT'],
]);

/** Whether a change after `nowMs` (milliseconds since the epoch) gives other times to a file that was read then. */
export function isSettled({ changedMs, inSeconds }: JobFileContent, nowMs: number): boolean {
  return nowMs - changedMs > (inSeconds ? SECONDS_STEP_MS : TICK_STEP_MS);
}

/**
 * Takes over the content of files from an earlier scan of the same source. `changes` keeps the files that have to be read again. An
 * unchanged file without an error is not read again; the errors of the others are reported again.
 */
export function takeOver(source: Source, earlier: Source, changes: SourceChanges): void {
  const devices = new Map<string, string | null>();
  for (const [job, file] of source.confs) {
    const known = earlier.confs.get(job);
    if (known === undefined) continue;
    const { definition, errors, manual } = known;
    // Changed files keep the old content, too: reading them may fail now.
    Object.assign(file, { definition, errors, manual });
    if (known.path !== file.path || !isUnchanged(known, source, devices)) continue;
    source.confs.set(job, known);
    changes.confs.delete(job);
  }
}

/** `devices`: by directory, the beginning of its files' signatures; null: the file system's times do not show every change. */
function isUnchanged(file: ConfFile, { folders }: Source, devices: Map<string, string | null>): boolean {
  const { path, signature, settled, definition, errors } = file;
  if (!settled || signature === null || definition === null || errors.length > 0) return false;
  const directory = path.slice(0, path.lastIndexOf('/'));
  let device = devices.get(directory);
  if (device === undefined) {
    device = isLocal(directory) ? deviceOf(folders.get(directory)?.identity) : null;
    devices.set(directory, device);
  }
  // A link may lead to another file system.
  return device !== null && signature.startsWith(device) && signature === signatureOf(path);
}

function isLocal(directory: string): boolean {
  const stats = inspect(() => statfsSync(fsPath(directory)));
  return stats !== null && LOCAL.has(stats.type >>> 0);
}

/** `DEVICE:` of `DEVICE:INODE`. */
function deviceOf(identity: string | null | undefined): string | null {
  return identity ? identity.slice(0, identity.indexOf(':') + 1) : null;
}
