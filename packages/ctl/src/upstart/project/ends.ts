/** How jobs of a project ended, and whether its session can still do something by itself. */
import { conditionEvents, signalNumber } from '@upstart/common';
import { JOB_EVENTS } from '@upstart/job-language';
import type { ProcessExit, UpstartClient } from '@upstart/protocol';
import type { Project } from './project.ts';

/** Shells give the end by a signal as this and the signal's number. */
const SIGNALLED = 128;

export interface JobEnd {
  /** The exit status: that of the main process, 128 and the signal's number, or 1 where it was never executed. */
  readonly status: number;
  readonly hasFailed: boolean;
  /** In a few words; null: it has not failed. */
  readonly text: string | null;
  /** Whether the notification of a process that ended says the same. */
  readonly isNotified: boolean;
}

/** How the run of the job that ended last went. */
export async function endOf(client: UpstartClient, job: string): Promise<JobEnd> {
  const { last } = await client.call('explain', { job });
  const [status] = await client.call('list', { job, details: true });
  const failure = last?.failure ?? null;
  if (failure === null)
    return { status: status?.last?.exit?.exitStatus ?? 0, hasFailed: false, text: null, isNotified: true };
  const exit = failure.exitStatus === null && failure.exitSignal === null ? status?.last?.exit : failure;
  return {
    status: statusOf(exit) || 1,
    hasFailed: true,
    text: failure.text,
    isNotified: failure.slot !== 'respawn' && failure.slot !== 'ready',
  };
}

function statusOf(exit: Pick<ProcessExit, 'exitStatus' | 'exitSignal'> | null | undefined): number {
  if (exit?.exitSignal) return SIGNALLED + (signalNumber(exit.exitSignal) ?? 0);
  return exit?.exitStatus ?? 1;
}

/** Whether some job waits for an event that comes from outside: a file, a time, a socket, or a user's own. */
export function waitsForOthers({ jobs }: Pick<Project, 'jobs'>): boolean {
  return jobs.some(({ startOn }) => {
    if (startOn === null) return false;
    return [...conditionEvents(startOn)].some(({ name }) => name !== 'startup' && !JOB_EVENTS.includes(name));
  });
}
