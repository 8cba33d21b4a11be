/** Asks the program `getent` for entries of other services: a child of the daemon with bounded time and output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { LookupError } from './resolve.ts';

const EIO = 5;
const ETIMEDOUT = 110;
/** The exit status of getent when no service knows the name. */
const NOT_FOUND = 2;
/** The exit status of chroot(8) when the program does not exist. */
const NO_PROGRAM = 127;
/** The longest answer, in bytes; a user can be in a few thousand groups. */
export const ANSWER_MAX = 64 * 1024;
/** The most children at a time; others wait, within their own timeout. */
export const MAX_RUNNING = 32;
/** The environment of getent, which runs as root: nothing of the job's. */
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

const PROGRAMS = ['/usr/bin/getent', '/bin/getent'];

export interface Where {
  /** The folder that is the root of the process; null: init's own. */
  chroot: string | null;
  /** Aborts the question on its timeout. */
  signal: AbortSignal;
  /** The paths of the program; the first one that exists is used. */
  programs?: readonly string[];
}

/** Questions that wait for a free place. */
const waiting: (() => void)[] = [];
let running = 0;

/** The line of the answer, one byte per character; null: no service knows the name, or `getent` does not exist. Throws LookupError. */
export async function getent(database: string, name: string, where: Where): Promise<string | null> {
  await turn(where.signal);
  running++;
  try {
    for (const program of where.programs ?? PROGRAMS) {
      const answer = await run([program, database, Buffer.from(name, 'latin1').toString()], where);
      if (answer !== undefined) return answer;
    }
    return null;
  } finally {
    running--;
    waiting.shift()?.();
  }
}

async function turn(signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new LookupError(ETIMEDOUT);
  if (running < MAX_RUNNING) return;
  await new Promise<void>((resolve, reject) => {
    const go = (): void => {
      signal.removeEventListener('abort', late);
      resolve();
    };
    const late = (): void => {
      waiting.splice(waiting.indexOf(go), 1);
      reject(new LookupError(ETIMEDOUT));
    };
    signal.addEventListener('abort', late, { once: true });
    waiting.push(go);
  });
}

/** The answer of one program; undefined: it does not exist. */
function run(line: readonly string[], { chroot, signal }: Where): Promise<string | null | undefined> {
  const [program = '', ...words] = chroot === null ? line : ['chroot', chroot, ...line];
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw new LookupError(ETIMEDOUT);
    const child: ChildProcess = spawn(program, words, { cwd: '/', env: ENV, stdio: ['ignore', 'pipe', 'ignore'] });
    const pieces: Buffer[] = [];
    let length = 0;
    const late = (): void => {
      child.kill('SIGKILL');
      // Another process may hold the other end open.
      child.stdout?.destroy();
      reject(new LookupError(ETIMEDOUT));
    };
    signal.addEventListener('abort', late, { once: true });
    // There is no pipe if there were no descriptors for it: an `error` follows.
    child.stdout?.on('data', (piece: Buffer) => {
      length += piece.length;
      // Drains an answer that is too long, so that the program can end.
      if (length < ANSWER_MAX) pieces.push(piece);
    });
    child.on('error', ({ code, errno }: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', late);
      if (code === 'ENOENT') resolve(undefined);
      else reject(new LookupError(-(errno ?? -EIO)));
    });
    child.on('close', (status) => {
      signal.removeEventListener('abort', late);
      const [answer = ''] = Buffer.concat(pieces).toString('latin1').split('\n', 1);
      if (status === NOT_FOUND) resolve(null);
      else if (chroot !== null && status === NO_PROGRAM) resolve(undefined);
      else if (status === 0 && answer !== '' && length < ANSWER_MAX) resolve(answer);
      else reject(new LookupError(EIO));
    });
  });
}
