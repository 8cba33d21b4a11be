/** Waiting for what other processes do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/eventually.ts';

const PATIENCE_MS = 60_000;

/** Calls `check` until it returns true. Throws after a minute. */
export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  await eventually(what, check, PATIENCE_MS);
}

export { sleep };
