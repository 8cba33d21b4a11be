/** What `upstart explain` promises of its groups. */
import { expect } from 'vitest';
import type { Troubles } from '../../packages/protocol/src/index.ts';

/** Each job at fault is a cause, before all others; each job that waits is in one group, behind what it waits for, and is not at fault. */
export function expectGrouped({ causes, dropped }: Troubles, failed: readonly string[]): void {
  const faults = causes.filter(({ kind }) => ['broken', 'failed', 'flapping'].includes(kind));
  expect(faults.map(({ job }) => job).sort()).toEqual(failed);
  expect(causes.slice(0, faults.length)).toEqual(faults);
  expect(dropped).toBe(0);
  const waiting = causes.flatMap(({ waiting: groups }) => groups.flatMap(({ jobs }) => jobs));
  expect(waiting.length).toBe(new Set(waiting).size);
  expect(waiting.filter((job) => failed.includes(job))).toEqual([]);
  for (const { job, waiting: groups, affected } of faults) {
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(affected);
    // Each waits for the job at fault, or for another one that waits because of it.
    const names = [job ?? '', ...groups.flatMap(({ jobs }) => jobs)];
    for (const { for: wanted } of groups) expect(names.some((name) => wanted.includes(name))).toBe(true);
  }
}
