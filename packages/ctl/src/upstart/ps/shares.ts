/** Shares of a processor, from the processor time of two looks. */
import type { Row } from './rows.ts';

export interface Look {
  /** In milliseconds of monotonic time. */
  readonly atMs: number;
  readonly rows: readonly Row[];
}

/** The share of one processor that each row of `now` took since `before`; null where that is unknown. */
export function shares(before: Look, now: Look): (number | null)[] {
  const earlier = new Map(before.rows.map((row) => [runOf(row), row.cpuMs]));
  return now.rows.map((row) => {
    const was = earlier.get(runOf(row)) ?? null;
    return row.cpuMs === null || was === null ? null : Math.max(0, row.cpuMs - was) / (now.atMs - before.atMs);
  });
}

/** A run of an instance: another one has used none of its time. */
const runOf = ({ job, instance, since }: Row): string => `${job}\0${instance}\0${since}`;
