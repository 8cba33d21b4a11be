/** Waiting for what other processes do. */
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 60_000;
const PAUSE = 5;

/** Calls `check` until it returns true. Throws after a minute. */
export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`timed out waiting: ${what}`);
    await sleep(PAUSE);
  }
}

export { sleep };
