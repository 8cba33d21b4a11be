/** `--daemon`: the program runs on as a child that has detached, and its parent ends once the child is ready (reference: bridges §1.2). */
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** In the child, the descriptor by which it tells its parent that it is ready. */
const READY_FD = 3;
const STANDARD_FDS = [0, 1, 2];

/**
 * Runs this program again, detached, as `command`. That is one fork and an exec, which both `expect fork` and `expect daemon` follow
 * (reference: jobs §5.1). The value: the exit status, once the child is ready or has ended.
 */
export function startDetached([program = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const ready = child.stdio[READY_FD] as Readable;
  return new Promise((resolve, reject) => {
    let isReady = false;
    child.on('error', reject);
    ready.on('data', () => {
      isReady = true;
    });
    ready.on('close', () => resolve(isReady ? 0 : 1));
  });
}

/** In the child: lets the parent end, and leaves its terminal and folder. */
export function detach(folder: string): void {
  process.chdir(folder);
  process.on('SIGHUP', () => {});
  for (const fd of STANDARD_FDS) {
    closeSync(fd);
    // The lowest number that is free: this one.
    openSync('/dev/null', fd === 0 ? 'r' : 'w');
  }
  writeSync(READY_FD, 'ready');
  closeSync(READY_FD);
}
