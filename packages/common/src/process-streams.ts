/** Arguments and standard streams of a program of ours, converted between bytes and text without loss. */
import { readFileSync, writeSync } from 'node:fs';
import { decodeText, encodeText } from './text.ts';

/** Milliseconds between two attempts to write to a pipe that is full and does not block. */
const FULL_PIPE_PAUSE_MS = 5;
const STDOUT = 1;
const STDERR = 2;

/** The script and its arguments as bytes: Node's own strings lose everything but UTF-8. */
export function exactArguments(): string[] {
  const given = process.argv.slice(1);
  if (!given.some((word) => word.includes('\ufffd'))) return given;
  const words = decodeText(readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1);
  return words.slice(words.length - given.length);
}

/** Standard output and standard error: each writes all of it before it returns, so that nothing is lost when the process exits. */
export const standardStreams = {
  out: (text: string): void => write(STDOUT, text),
  err: (text: string): void => write(STDERR, text),
};

/** What else than an end follows when nothing reads the output any more. */
const whenUnread = new Set<() => void>();
/** Descriptors that nothing reads any more. */
const unread = new Set<number>();

/** Calls `listener` instead of ending when nothing reads the output any more, until the returned function is called. What is written then is dropped. */
export function onUnreadOutput(listener: () => void): () => void {
  whenUnread.add(listener);
  return () => void whenUnread.delete(listener);
}

function noReader(fd: number): void {
  if (whenUnread.size === 0) process.exit(1);
  unread.add(fd);
  for (const listener of whenUnread) listener();
}

function write(fd: number, text: string): void {
  if (unread.has(fd)) return;
  let bytes = encodeText(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') noReader(fd);
      // A closed descriptor takes nothing; the command is carried out all the same.
      if (code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}
