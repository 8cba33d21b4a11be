/** How many daemons an init has had, in a small file of its run-time folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'daemon-starts';

/** Counts this one. The value: how many there were, this one included. */
export function countStart(folder: string): number {
  const path = join(folder, FILE);
  let starts = 1;
  try {
    starts += Number(readFileSync(path, 'utf8')) || 0;
  } catch {
    // It is the first one.
  }
  try {
    writeFileSync(path, `${starts}\n`, { mode: 0o644 });
  } catch {
    // A full disk: the next one is counted from here.
  }
  return starts;
}
