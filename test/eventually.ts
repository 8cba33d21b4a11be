/** Waiting for a condition. Tests never wait for a time: the runner of the tests or `patienceMs` ends a hanging one after minutes. */
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 5;
/** A slow machine may take a while. */
const PATIENCE_MS = 180_000;

type Found<T> = T | false | null | undefined | '' | 0;
type Look<T> = () => Found<T> | Promise<Found<T>>;

/**
 * Calls `look` until it finds something, and returns that. With a name for it, `what`, it gives up after `patienceMs`; without one it
 * goes by the limit of the test.
 */
export async function eventually<T>(look: Look<T>): Promise<T>;
export async function eventually<T>(what: string, look: Look<T>, patienceMs?: number): Promise<T>;
export async function eventually<T>(first: string | Look<T>, second?: Look<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const look = (typeof first === 'string' ? second : first) as Look<T>;
  const endMs = typeof first === 'string' ? performance.now() + patienceMs : Number.POSITIVE_INFINITY;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > endMs) throw new Error(`waited ${patienceMs} ms, without success: ${first}`);
    await sleep(PAUSE_MS);
  }
}
