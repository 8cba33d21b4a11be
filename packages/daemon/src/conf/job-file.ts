/** Reading one job file. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { decodeText, encodeText, mayHoldBytes, systemErrorText } from '@upstart/common';
import { JobFileError, MAX_JOB_FILE_SIZE } from '@upstart/job-language';
import { isAbsent, isPassing } from './file-errors.ts';

export interface JobFileContent {
  text: string;
  /** Differs whenever the file has been changed or replaced; see `signatureOf`. */
  signature: string;
  /** When it was last changed, in milliseconds since the epoch. */
  changedMs: number;
  /** Its file system may count whole seconds only: its time has no fraction. */
  inSeconds: boolean;
}

/**
 * The content of a job file, or null if there is none. Throws `JobFileError` if it cannot be read, and the system's error if another
 * attempt may succeed (`isPassing`).
 */
export function readJobFile(path: string): JobFileContent | null {
  let fd: number;
  try {
    // Without O_NONBLOCK a FIFO that takes the place of a file would hold up the daemon.
    fd = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw refusal(path, error);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return null;
    const text = stats.size <= MAX_JOB_FILE_SIZE ? readText(fd, stats.size) : null;
    if (text === null) {
      throw new JobFileError(path, null, `File too large, expected at most ${MAX_JOB_FILE_SIZE} bytes`);
    }
    const changedMs = Math.max(stats.mtimeMs, stats.ctimeMs);
    return { text, signature: signature(stats), changedMs, inSeconds: stats.mtimeMs % 1000 === 0 };
  } catch (error) {
    throw error instanceof JobFileError ? error : refusal(path, error);
  } finally {
    closeSync(fd);
  }
}

/** Nearly all job files fit into this buffer, which is kept: a start reads thousands of them. */
export const COMMON_BYTES = 16 * 1024;
let common: Buffer | null = null;

/** The content of a file of `size` bytes; null if that is more by now than a job file may have. */
function readText(fd: number, size: number): string | null {
  common ??= Buffer.allocUnsafeSlow(COMMON_BYTES);
  const text = size < common.length ? readInto(common, fd) : null;
  return text ?? readInto(Buffer.allocUnsafe(MAX_JOB_FILE_SIZE + 1), fd);
}

/** Null if the file fills the buffer. Files are read at once, not piecemeal as pipes are. */
function readInto(buffer: Buffer, fd: number): string | null {
  const size = readSync(fd, buffer, 0, buffer.length, 0);
  if (size === buffer.length) return null;
  const text = buffer.toString('utf8', 0, size);
  // Bytes that are no UTF-8 become U+FFFD.
  return text.includes('\uFFFD') ? decodeText(buffer.subarray(0, size)) : text;
}

function refusal(path: string, error: unknown): unknown {
  return isPassing(error) ? error : new JobFileError(path, null, systemErrorText(error));
}

/** The signature that `readJobFile` would return now; null if the file does not exist or cannot be inspected. */
export function signatureOf(path: string): string | null {
  const stats = inspect(() => statSync(fsPath(path), { throwIfNoEntry: false }));
  return stats ? signature(stats) : null;
}

/** The result of inspecting a file that may have vanished meanwhile. */
export function inspect<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

function signature(stats: Stats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}`;
}

/** A path as system calls take it: names that are no UTF-8 must be passed as bytes. */
export function fsPath(path: string): string | Buffer {
  return mayHoldBytes(path) ? encodeText(path) : path;
}
