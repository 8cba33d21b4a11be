/**
 * Programs that have something to do when no job is left. Where init is process 1 of a container, the kernel kills what outlives it; where it
 * belongs to a service of another manager, that does. So the daemon, which init waits for, ends behind them.
 */
import { monotonicNow } from '../time/clock.ts';

/** How long they may take. Less than the supervisor's patience with a daemon that ends. */
const PATIENCE_MS = 4000;
const LOOK_MS = 10;

/** Calls `done` when those have ended, or have had their time; until then this process does not end. */
export function awaitEnd(pids: readonly number[], done: () => void): void {
  const untilMs = monotonicNow() + PATIENCE_MS;
  const look = (): void => {
    if (pids.some(isThere) && monotonicNow() < untilMs) setTimeout(look, LOOK_MS);
    else done();
  };
  look();
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
