/**
 * Reads a file in a process of its own (`cat`), which can be killed. A path may lead to a file system that does not answer: a read in
 * the daemon would hold it, or, in the background, one of the few threads that all its other files and names need, without end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { errnoOfText } from '@upstart/common';

const EIO = 5;
const EINVAL = 22;
/** The exit status for something else than a regular file or a folder; `cat` has none above 1. */
const NOT_REGULAR = 40;
/** The exit status of a shell that finds no `cat`. */
const NO_PROGRAM = 127;
/** The longest message of `cat` that is looked at, in bytes: room for a path. */
const MAX_MESSAGE = 8 * 1024;
/** Nothing of the job's; the messages are in English. */
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

const CAT = `[ -f "$path" ] || [ -d "$path" ] || ! [ -e "$path" ] || exit ${NOT_REGULAR}; exec cat -- "$path"`;
/** A path that is no UTF-8 comes with escapes. */
const PATH = { text: 'path=$1', bytes: 'path=$(printf "%b." "$1"); path=${path%.}' };

export type ReadFault = 'kind' | 'large' | 'late' | 'reader';

/** Why there are no contents: a word, or the errno of the read. `isFork`: the machine had no process to read with. */
export class ReadError extends Error {
  override name = 'ReadError';
  readonly reason: ReadFault | number;
  readonly isFork: boolean;
  constructor(reason: ReadFault | number, isFork = false) {
    super(`read failed: ${reason}`);
    this.reason = reason;
    this.isFork = isFork;
  }
}

export interface ReadOptions {
  /** In bytes. */
  maxSize: number;
  /** Aborts on the timeout, or when the contents are not wanted any more. */
  signal: AbortSignal;
  shell?: string;
}

/** The contents. Throws ReadError. */
export function readFile(path: string | Buffer, { maxSize, signal, shell = '/bin/sh' }: ReadOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new ReadError('late');
    const [setPath, word] = typeof path === 'string' ? [PATH.text, path] : [PATH.bytes, escaped(path)];
    const child = start(shell, ['-c', `${setPath}; ${CAT}`, 'sh', word]);
    const pieces: Buffer[] = [];
    let size = 0;
    let message = '';
    const giveUp = (reason: ReadFault): void => {
      end(child);
      reject(new ReadError(reason));
    };
    const late = (): void => giveUp('late');
    signal.addEventListener('abort', late, { once: true });
    child.on('error', (error) => {
      signal.removeEventListener('abort', late);
      reject(notStarted(error));
    });
    // There are no pipes if there were no descriptors for them: an `error` follows.
    child.stdout?.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > maxSize) giveUp('large');
      else pieces.push(piece);
    });
    child.stderr?.on('data', (piece: Buffer) => {
      if (message.length < MAX_MESSAGE) message += piece.toString('latin1');
    });
    child.on('close', (status) => {
      signal.removeEventListener('abort', late);
      if (status === 0) resolve(Buffer.concat(pieces));
      else if (status === NOT_REGULAR) reject(new ReadError('kind'));
      else if (status === NO_PROGRAM) reject(new ReadError('reader'));
      else reject(new ReadError(errnoOfMessage(message)));
    });
  });
}

function start(shell: string, words: readonly string[]): ChildProcess {
  try {
    return spawn(shell, words, { cwd: '/', env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw notStarted(error as NodeJS.ErrnoException);
  }
}

/** An error without a number is one of the words: the path has a NUL. */
function notStarted({ code, errno }: NodeJS.ErrnoException): ReadError {
  if (code === 'ENOENT') return new ReadError('reader');
  return errno === undefined ? new ReadError(EINVAL) : new ReadError(-errno, true);
}

/** It may not end at once where the kernel hangs: nobody waits for it. */
function end(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** `cat: /etc/default/web: No such file or directory` */
function errnoOfMessage(message: string): number {
  const text = message.trimEnd();
  return errnoOfText(text.slice(text.lastIndexOf(': ') + 2)) ?? EIO;
}

/** Each byte as `%b` of printf(1) takes it. */
function escaped(path: Buffer): string {
  return Array.from(path, (byte) => `\\0${byte.toString(8)}`).join('');
}
