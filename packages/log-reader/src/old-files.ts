/** The files of one log: the one that is written, and those that were rotated, by init or by another program. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LogFile } from './names.ts';

export interface LogPart {
  readonly path: string;
  readonly isCompressed: boolean;
  readonly inode: bigint;
  /** When it was written last, in milliseconds since the epoch. */
  readonly writtenMs: number;
  readonly size: number;
}

/** All files of these logs, of each the oldest first. Reads each folder once. */
export function partsOf(logs: readonly LogFile[]): Map<LogFile, LogPart[]> {
  const folders = new Map<string, Map<string, string[]>>();
  for (const { path } of logs) if (!folders.has(dirname(path))) folders.set(dirname(path), namesByLog(dirname(path)));
  return new Map(
    logs.map((log) => {
      const names = folders.get(dirname(log.path))?.get(basename(log.path)) ?? [];
      const isThere = new Set(names);
      // Both are there for a moment while one is compressed.
      const wanted = names.filter((name) => !name.endsWith('.gz') || !isThere.has(name.slice(0, -'.gz'.length)));
      const parts = wanted.flatMap((name) => partAt(join(dirname(log.path), name)));
      return [log, parts.sort((one, other) => orderOf(log.path, one, other))];
    }),
  );
}

/** The names of the files of each log: web.log.3, web.log.3.gz, web.log-20261128, and web.log itself. */
function namesByLog(folder: string): Map<string, string[]> {
  const byLog = new Map<string, string[]>();
  for (const name of namesIn(folder)) {
    const log = logOf(name);
    const names = log === null ? undefined : byLog.get(log);
    if (names !== undefined) names.push(name);
    else if (log !== null) byLog.set(log, [name]);
  }
  return byLog;
}

/** The log that a file belongs to, by its name: `web.log`, of web.log.3.gz as well. */
export function logOf(name: string): string | null {
  if (name.startsWith('.')) return null;
  return /^(.+\.log)(?:[.-]\d[\d-]*(?:\.gz)?)?$/s.exec(name)?.[1] ?? null;
}

function partAt(path: string): LogPart[] {
  try {
    const { ino, mtimeMs, size } = statSync(path, { bigint: true });
    return [{ path, isCompressed: path.endsWith('.gz'), inode: ino, writtenMs: Number(mtimeMs), size: Number(size) }];
  } catch {
    // It was renamed or removed a moment ago.
    return [];
  }
}

/** The highest number first, which is the oldest; dates by the calendar; the log itself last. */
function orderOf(log: string, one: LogPart, other: LogPart): number {
  const ageOf = ({ path }: LogPart): [number, string] => {
    const [, mark = '', number = ''] = /^([.-])(\d[\d-]*)/.exec(path.slice(log.length)) ?? [];
    return mark === '' ? [2, ''] : mark === '-' ? [1, number] : [0, String(1e15 - Number(number))];
  };
  const [a, b] = [ageOf(one), ageOf(other)];
  return a[0] - b[0] || (a[1] < b[1] ? -1 : Number(a[1] > b[1]));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Reading the logs themselves reports the error.
    return [];
  }
}
