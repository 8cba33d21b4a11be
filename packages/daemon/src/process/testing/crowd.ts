import { readdirSync } from 'node:fs';
import type { SpawnSpec } from '../../process-messages.ts';
import type { Daemon, Init } from './init.ts';

/** LARGE_TABLE of the supervisor's forker.c, and a few more for what a spawn opens before the pipe that is looked at. */
const LARGE_TABLE = 512 + 8;

/** Has processes of a crowd end, by commands behind `last`; returns the last one. */
export async function disperse(daemon: Daemon, ids: readonly number[], last: number): Promise<number> {
  for (const [i, process] of ids.entries())
    daemon.send({ type: 'signal', id: last + 1 + i, process, signal: 9, group: true });
  for (const id of ids) await daemon.report('exited', id);
  return last + ids.length;
}

/**
 * Starts processes with logs until the supervisor has no free descriptor below some number: by default so many that its table
 * counts as large. Their ids are 1, 2, … or go on behind `after`; returns the last one.
 */
export async function crowd(
  init: Init,
  daemon: Daemon,
  {
    after = 0,
    descriptors = LARGE_TABLE,
    ...changes
  }: Partial<SpawnSpec> & { after?: number; descriptors?: number } = {},
): Promise<number> {
  let last = after;
  for (;;) {
    const used = readdirSync(`/proc/${init.pid}/fd`).filter((fd) => Number(fd) < descriptors).length;
    if (used === descriptors) return last;
    const first = last + 1;
    last += descriptors - used;
    for (let id = first; id <= last; id++) daemon.spawn(id, { argv: ['sleep', '1000'], console: 'log', ...changes });
    for (let id = first; id <= last; id++) await daemon.report('execed', id);
  }
}
