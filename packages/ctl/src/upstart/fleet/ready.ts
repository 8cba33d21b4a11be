/** Whether jobs that were restarted are ready, and stay so for a moment. */
import { setTimeout as pause } from 'node:timers/promises';
import { counted } from '@upstart/common';
import type { JobStatus, UpstartClient } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { isBad, jobRows, type Row } from '../ps/rows.ts';

/** So long the process that runs has to be the same, and the job well: one that ends right after its start is not ready. */
const STAYS_MS = 1000;
const PAUSE_MS = 250;

/** Resolves with null when all of these have been well for a second; else with what is wrong. */
export async function untilWell(
  client: UpstartClient,
  restarted: readonly JobStatus[],
  timeoutMs: number,
): Promise<string | null> {
  const texts = await Promise.all(restarted.map((status) => untilOneWell(client, status, timeoutMs)));
  return texts.find((text) => text !== null) ?? null;
}

async function untilOneWell(
  client: UpstartClient,
  { job, instances }: JobStatus,
  timeoutMs: number,
): Promise<string | null> {
  // A task that has ended already, in order.
  if (instances.length === 0) return null;
  const names = new Set(instances.map(({ name }) => name));
  const endMs = performance.now() + timeoutMs;
  let before: string | null = null;
  for (;;) {
    const rows = (await jobRows(client, job)).filter(({ instance }) => names.has(instance));
    const fault = rows.map(faultOf).find((text) => text !== null);
    if (fault) return fault;
    const isReady = rows.length > 0 && rows.every(({ state }) => state === 'start/running');
    const pids = isReady ? rows.map(({ pid }) => pid).join() : null;
    if (pids !== null && before !== null)
      return pids === before ? null : `${printable(job)} was restarted, and its process has ended soon after`;
    before = pids;
    if (performance.now() + (isReady ? STAYS_MS : PAUSE_MS) > endMs)
      return `${printable(job)} is not ready within ${counted(timeoutMs / 1000, 'second')}`;
    await pause(isReady ? STAYS_MS : PAUSE_MS);
  }
}

function faultOf(row: Row): string | null {
  const isOver = row.state === 'stop/waiting';
  if (!isBad(row) && !isOver) return null;
  return `${printable(row.job)} ${row.state ?? ''} ${row.health}${row.why === null ? '' : `: ${printable(row.why)}`}`;
}
