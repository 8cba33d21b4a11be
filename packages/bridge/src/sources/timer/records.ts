/** What the timers of before have done, in two small files: PERSISTENT turns survive a reboot, all others a restart of the source. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  readonly running: string | null;
}

/** `/var/lib/upstart` and `/run/upstart`; of a session the user's folders for state and for run-time files. */
export function recordPlaces({ isSession, env }: Pick<SourceContext, 'isSession' | 'env'>): RecordPlaces {
  if (!isSession) return { kept: join('/var/lib/upstart', NAME), running: join('/run/upstart', NAME) };
  const { XDG_STATE_HOME: state, HOME: home, XDG_RUNTIME_DIR: runtime, UPSTART_SESSION: session = '' } = env;
  const folder = state || (home ? join(home, '.local/state') : null);
  const id = createHash('sha256').update(session).digest('hex').slice(0, 12);
  return {
    kept: folder === null ? null : join(folder, 'upstart', NAME),
    running: runtime ? join(runtime, 'upstart', `timers.${id}.json`) : null,
  };
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
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(Object.fromEntries(done), null, 1)}\n`, { mode: 0o600, flush: lasts });
  renameSync(next, path);
}

export function removeDone(path: string): void {
  rmSync(path, { force: true });
}
