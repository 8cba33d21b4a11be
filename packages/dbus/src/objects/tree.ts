/** The tree of objects (reference: dbus §2): which object there is at a path. */
import type { JobConfig, JobStatus, UpstartClient } from '@upstart/protocol';
import { codeOf } from '../errors.ts';
import { instanceInterface } from './instance.ts';
import { instanceNames, jobInterface } from './job.ts';
import { manager } from './manager.ts';
import { escapeElement, JOBS, MANAGER, unescapeElement } from './paths.ts';
import type { Found, Interface } from './table.ts';

/** Nodes above the manager: there is nothing but their child. */
const ABOVE: ReadonlyMap<string, string> = new Map([
  ['/', 'com'],
  ['/com', 'ubuntu'],
  ['/com/ubuntu', 'Upstart'],
]);

/** The object at `path`; null: there is none. */
export async function findObject(path: string, client: UpstartClient): Promise<Found | null> {
  if (path === MANAGER) return object(path, manager, null, () => ['jobs']);
  const child = ABOVE.get(path);
  if (child !== undefined) return { path, own: null, children: () => [child] };
  if (path === JOBS) return { path, own: null, children: () => jobElements(client) };
  if (!path.startsWith(`${JOBS}/`)) return null;
  const [job, instance, ...more] = path
    .slice(JOBS.length + 1)
    .split('/')
    .map(unescapeElement);
  if (job == null || job === '' || instance === null || more.length > 0) return null;
  return instance === undefined ? findJob(path, job, client) : findInstance(path, job, instance, client);
}

function object<T>(path: string, own: Interface<T>, target: T, children: Found['children']): Found {
  return { path, own: { interface: own as Interface<never>, target }, children };
}

async function jobElements(client: UpstartClient): Promise<string[]> {
  return (await client.call('list', {})).map(({ job }) => escapeElement(job));
}

async function findJob(path: string, job: string, client: UpstartClient): Promise<Found | null> {
  const [config] = (await unlessUnknown<JobConfig[]>(client.call('config', { job }))) ?? [];
  if (!config) return null;
  return object(path, jobInterface, config, async () => (await instanceNames(job, client)).map(escapeElement));
}

async function findInstance(path: string, job: string, instance: string, client: UpstartClient): Promise<Found | null> {
  const status = await unlessUnknown<JobStatus>(client.call('status', { job, instance }));
  const [found] = status?.instances ?? [];
  return found ? object(path, instanceInterface, { ...found, job }, () => []) : null;
}

/** The answer; null if there is no such job or instance. */
async function unlessUnknown<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'unknown-job' || code === 'unknown-instance') return null;
    throw error;
  }
}
