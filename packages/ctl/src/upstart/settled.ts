/** Waiting for the outcome of an earlier request, an event or a respawn. */
import {
  type CallOptions,
  type InstanceStatus,
  type JobStatus,
  type Target,
  TimeoutError,
  type UpstartClient,
  UpstartError,
  upstartError,
} from '@upstart/protocol';

/** What ends the wait, too. Nothing is reported of it: it is asked for now and then. */
type Otherwise = (client: UpstartClient, target: Target) => Promise<boolean>;
const ASK_MS = 500;

/**
 * Resolves when the instance has reached its goal: it runs, or has ended; or when `otherwise` is true. Throws TimeoutError; UpstartError where
 * a start failed or a start has superseded the stop.
 */
export async function untilSettled(
  client: UpstartClient,
  target: Target,
  goal: 'start' | 'stop',
  { timeoutMs }: CallOptions,
  otherwise?: Otherwise | undefined,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let asks: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        isSettled(client, target, goal).then((settled) => settled && resolve(), reject);
      };
      if (otherwise) asks = setInterval(() => otherwise(client, target).then((is) => is && resolve(), reject), ASK_MS);
      if (timeoutMs !== undefined) timer = setTimeout(() => reject(new TimeoutError(goal, timeoutMs)), timeoutMs);
      client
        .watch(
          (notification) => {
            if (notification.event === 'restarted' || ('job' in notification && notification.job === target.job))
              look();
          },
          (reason) => reason && reject(reason),
        )
        .then(look, reject);
    });
  } finally {
    clearTimeout(timer);
    clearInterval(asks);
  }
}

/** Whether the instance waits for a lease that another host has. */
export async function isElsewhere(client: UpstartClient, target: Target): Promise<boolean> {
  const instance = await instanceOf(client, target);
  const leases = await client.call('leases', {});
  return leases.some(
    ({ job, instance: name, state, heldBy }) =>
      job === target.job && name === instance?.name && state === 'awaited' && heldBy !== null,
  );
}

async function isSettled(client: UpstartClient, target: Target, goal: 'start' | 'stop'): Promise<boolean> {
  const instance = await instanceOf(client, target);
  if (goal === 'stop') {
    if (instance?.goal === 'start') throw upstartError('job-failed-while-stopping');
    return instance === undefined;
  }
  if (instance?.goal === 'start') return instance.state === 'running';
  // A task has reached its goal when it has ended.
  if (instance !== undefined || (await hasFailed(client, target))) throw upstartError('job-failed-to-start');
  return true;
}

async function instanceOf(client: UpstartClient, target: Target): Promise<InstanceStatus | undefined> {
  return (await statusOrNone(client, target)).instances[0];
}

/** The status of the instance that `target` names; without instances where none has that name. */
export async function statusOrNone(client: UpstartClient, target: Target): Promise<JobStatus> {
  try {
    return await client.call('status', target);
  } catch (error) {
    if (!(error instanceof UpstartError) || error.code !== 'unknown-instance') throw error;
    return { job: target.job, instances: [] };
  }
}

async function hasFailed(client: UpstartClient, { job }: Target): Promise<boolean> {
  const { last } = await client.call('explain', { job });
  return last !== null && last.failure !== null;
}
