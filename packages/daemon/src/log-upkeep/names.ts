/** The names of the files in a folder of logs. */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface OldLog {
  readonly path: string;
  /** The name of the log that it is an old file of, with its number or date behind it. */
  readonly log: string;
  /** Its number; null: another program has named it. */
  readonly number: number | null;
  readonly isCompressed: boolean;
  readonly state: BigIntStats;
}

/** Old logs: `web.log.1`, `web.log.2.gz`, `web.log-20261128`. Without those that are no files, or cannot be looked at. */
export function oldLogsIn(folder: string): OldLog[] {
  return readdirSync(folder).flatMap((name) => {
    const [, log, mark, gz] = /^([^.].*\.log)((?:[.-])\d[\d-]*)(\.gz)?$/s.exec(name) ?? [];
    const path = join(folder, name);
    const state = stateOf(path);
    if (log === undefined || mark === undefined || !state?.isFile()) return [];
    const number = /^\.[1-9]\d*$/.test(mark) ? Number(mark.slice(1)) : null;
    return [{ path, log, number, isCompressed: gz !== undefined, state }];
  });
}

/** null: there is nothing of that name. */
export function stateOf(path: string): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

export function numbered(folder: string, log: string, number: number, suffix = ''): string {
  return join(folder, `${log}.${number}${suffix}`);
}
