/** Stops the jobs of a session in order: those that wait for others first. */
import { setTimeout as pause } from 'node:timers/promises';
import { SIGKILL } from '@upstart/common';
import { type InstanceStatus, type UpstartClient, UpstartError } from '@upstart/protocol';
import { untilSettled } from '../settled.ts';

/** The pause between two signals to processes that are to be killed, in milliseconds. */
const KILL_PAUSE_MS = 100;

/** Stops every instance of the jobs, a step after the other. `kill` ends all of them at once when it is aborted. */
export async function stopInOrder(
  client: UpstartClient,
  steps: readonly (readonly string[])[],
  kill: AbortSignal,
): Promise<void> {
  let isOver = false;
  const stopping = stopSteps(client, steps).finally(() => {
    isOver = true;
  });
  const killing = aborted(kill).then(async () => {
    while (!isOver) {
      await Promise.all(steps.flat().map((job) => killJob(client, job)));
      await pause(KILL_PAUSE_MS);
    }
  });
  await Promise.race([stopping, killing.then(() => stopping)]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}

async function stopSteps(client: UpstartClient, steps: readonly (readonly string[])[]): Promise<void> {
  for (const step of steps) await Promise.all(step.map((job) => stopJob(client, job)));
}

async function instancesOf(client: UpstartClient, job: string): Promise<readonly InstanceStatus[]> {
  const [status] = await client.call('list', { job });
  return status?.job === job ? status.instances : [];
}

async function stopJob(client: UpstartClient, job: string): Promise<void> {
  for (const { name } of await instancesOf(client, job)) {
    const target = { job, instance: name };
    try {
      await client.call('stop', { ...target, wait: true });
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      if (error.code === 'already-stopped') await untilSettled(client, target, 'stop', {}).catch(ignoreRefusal);
      else ignoreRefusal(error);
    }
  }
}

/** Its processes, hooks included, get SIGKILL. */
async function killJob(client: UpstartClient, job: string): Promise<void> {
  for (const { name, processes } of await instancesOf(client, job)) {
    for (const { slot } of processes)
      await client.call('kill', { job, instance: name, signal: SIGKILL, hook: slot !== 'main' }).catch(ignoreRefusal);
  }
}

/** The instance has ended meanwhile, or its job has gone. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof UpstartError)) throw error;
}
