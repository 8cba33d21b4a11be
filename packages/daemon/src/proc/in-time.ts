/** Answers that the kernel may hold back for ever, such as those of files below /proc. */
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The answer, or 'late' after `patienceMs` milliseconds. They pass in two parts: when this process has stood still, answers that have arrived
 * meanwhile are read before the second part is over.
 */
export function inTime<T>(answer: Promise<T>, patienceMs: number): Promise<T | 'late'> {
  return Promise.race([answer, late(patienceMs)]);
}

async function late(patienceMs: number): Promise<'late'> {
  for (let part = 0; part < 2; part++) await pause(patienceMs / 2, null, { ref: false });
  return 'late';
}
