/** What the timers of before have done, in two small files: PERSISTENT turns survive a reboot, all others a restart of the source. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '@upstart/common';
import { runFile } from '../../run-files.ts';
import type { SourceContext } from '../../source.ts';

const NAME = 'timers.json';
/** A longer file is none of ours. */
const MAX_BYTES = 2 ** 22;

/** The turns that were done, by the key of their timer; milliseconds since the epoch. */
export type Done = Map<string, number>;

export interface RecordPlaces {
  /** Kept over a reboot; null: there is no such place. */
  readonly kept: string | null;
  /** Gone with a reboot. */
  readonly running: string;
}

/** Kept: `/var/lib/upstart`, or of a session the user's folder for state. */
export function recordPlaces(context: Pick<SourceContext, 'isSession' | 'env' | 'runFolder'>): RecordPlaces {
  const running = runFile(context, 'timers');
  if (!context.isSession) return { kept: join('/var/lib/upstart', NAME), running };
  const { XDG_STATE_HOME: state, HOME: home } = context.env;
  const folder = state || (home ? join(home, '.local/state') : null);
  return { kept: folder === null ? null : join(folder, 'upstart', NAME), running };
}

/** Reads what `writeDone` has written; a file that is missing, or says anything else, holds nothing. */
export function readDone(path: string): Done {
  const done: Done = new Map();
  let value: unknown;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length <= MAX_BYTES) value = JSON.parse(text);
  } catch {
    return done;
  }
  if (typeof value !== 'object' || value === null) return done;
  for (const [key, ms] of Object.entries(value)) if (typeof ms === 'number' && Number.isFinite(ms)) done.set(key, ms);
  return done;
}

/** Replaces the file in one step; with `lasts` it is on the disk then. Throws the error of the system. */
export function writeDone(path: string, done: Done, lasts: boolean): void {
  makeFolder(dirname(path), 0o755);
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(Object.fromEntries(done), null, 1)}\n`, { mode: 0o600, flush: lasts });
  renameSync(next, path);
}

export function removeDone(path: string): void {
  rmSync(path, { force: true });
}
