/** Starts the jobs of a session: those of a new one by `startup`, others by name. */
import { type JobStatus, type UpstartClient, UpstartError } from '@upstart/protocol';
import type { Project } from './project.ts';
import { type Dependencies, inSteps, startsByItself } from './selection.ts';

/** Emits `startup`, and starts the jobs of `named` that this does not start. Resolves when the event is over. */
export async function startNew(
  client: UpstartClient,
  { jobs }: Project,
  named: readonly string[],
  dependencies: Dependencies,
): Promise<void> {
  const others = jobs.filter((job) => named.includes(job.name) && !startsByItself(job, dependencies));
  const startup = client.call('emit', { name: 'startup', env: [], wait: true }).catch(ignoreRefusal);
  await Promise.all([startup, ...others.map(({ name }) => startJob(client, name))]);
}

/** Starts those of the jobs that do not run, each after those that it depends on. */
export async function startMissing(
  client: UpstartClient,
  names: readonly string[],
  dependencies: Dependencies,
): Promise<void> {
  for (const step of inSteps(names, dependencies)) {
    const jobs = await client.call('list', {});
    const missing = step.filter((name) => jobs.some(({ job, instances }) => job === name && instances.length === 0));
    await Promise.all(missing.map((name) => startJob(client, name)));
  }
}

/** A start that fails shows in the job's state. */
async function startJob(client: UpstartClient, job: string): Promise<void> {
  await client.call('start', { job, env: [], wait: true }).catch(ignoreRefusal);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof UpstartError)) throw error;
}

/** Whether no job is on its way: none is starting or ending, and no task runs. */
export function isSettled(statuses: readonly JobStatus[], { jobs }: Project): boolean {
  const tasks = new Set(jobs.filter(({ task }) => task).map(({ name }) => name));
  return statuses.every(({ job, instances }) =>
    instances.every(({ goal, state }) => goal === 'start' && state === 'running' && !tasks.has(job)),
  );
}
