import type { SpawnSpec } from '../process-messages.ts';
import type { Daemon } from './init.ts';

/** So many that copies of their descriptors would show. */
const CROWD = 512;

/** Has processes of a crowd end, by commands behind `last`; returns the last one. */
export async function disperse(daemon: Daemon, ids: readonly number[], last: number): Promise<number> {
  for (const [i, process] of ids.entries())
    daemon.send({ type: 'signal', id: last + 1 + i, process, signal: 9, group: true });
  for (const id of ids) await daemon.report('exited', id);
  return last + ids.length;
}

/** Starts many processes with logs. Their ids are 1, 2, … or follow `after`; returns the last one. */
export async function crowd(
  daemon: Daemon,
  { after = 0, size = CROWD, ...changes }: Partial<SpawnSpec> & { after?: number; size?: number } = {},
): Promise<number> {
  const ids = Array.from({ length: size }, (_, i) => after + 1 + i);
  for (const id of ids) daemon.spawn(id, { argv: ['sleep', '1000'], console: 'log', ...changes });
  for (const id of ids) await daemon.report('execed', id);
  return after + size;
}
