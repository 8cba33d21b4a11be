/** Brings the jobs of a project up in its session, which is started where there is none. */
import { setTimeout as pause } from 'node:timers/promises';
import type { JobStatus, UpstartClient } from '@upstart/protocol';
import type { Call } from '../command.ts';
import { waitsForOthers } from './ends.ts';
import { Interrupts } from './interrupts.ts';
import type { Project } from './project.ts';
import { type Dependencies, dependenciesOf, inSteps, namedJobs, startingJobs, withDependencies } from './selection.ts';
import { connectTo, endSession, startSession } from './session.ts';
import { isSettled, startMissing, startNew } from './start-jobs.ts';
import { type ProjectSession, StateFolder } from './state-folder.ts';
import { stopInOrder } from './stopping.ts';
import type { View } from './view.ts';
import { type Outcome, type Rules, Watching } from './watching.ts';

/** The pause between two looks at jobs that are starting, in milliseconds. */
const PAUSE_MS = 50;

/** What a command line asks for. */
export interface Plan {
  readonly project: Project;
  readonly state: StateFolder;
  readonly dependencies: Dependencies;
  /** The jobs that are named, and all that these wait for; without names all that start by themselves. */
  readonly named: readonly string[];
  readonly wanted: readonly string[];
}

/** Throws where the words name no job, or nothing would start. */
export function planOf(project: Project, words: readonly string[], { context }: Call): Plan {
  const dependencies = dependenciesOf(project.jobs);
  const named = withDependencies(namedJobs(words, project), dependencies);
  const wanted = named.length > 0 ? named : startingJobs(project);
  const { jobs } = project;
  if (jobs.length === 0) throw new Error(`no job in ${project.source}`);
  if (wanted.length === 0)
    throw new Error(`no job starts by itself; name one: ${jobs.map(({ name }) => name).join(', ')}`);
  return { project, dependencies, named, wanted, state: new StateFolder(project.folder, context.env) };
}

export interface Running {
  readonly session: ProjectSession;
  readonly client: UpstartClient;
  /** Starts what the plan asks for; resolves when all of that has started, or failed. */
  start(): Promise<void>;
  /** Whether the session was there before. */
  readonly isOld: boolean;
}

/** The session of the plan's project, with its job files written. */
export async function openSession(plan: Plan, { context }: Call): Promise<Running> {
  const { project, state, named, wanted, dependencies } = plan;
  const live = state.liveSession();
  if (live === null) {
    const session = await startSession(project, new Set(wanted), state, context);
    const client = await connectTo(session);
    return { session, client, isOld: false, start: () => startNew(client, project, named, dependencies) };
  }
  const client = await connectTo(live);
  const held = state.manualJobs;
  const before = project.jobs.map(({ name }) => name).filter((name) => !held.has(name));
  const start = async (): Promise<void> => {
    state.writeJobs(project, new Set([...before, ...wanted]));
    await client.call('reloadConfiguration', {});
    await startMissing(client, wanted, dependencies);
  };
  return { session: live, client, isOld: true, start };
}

/** Resolves with the state of all jobs when none is on its way. */
export async function untilSettled(client: UpstartClient, project: Project): Promise<JobStatus[]> {
  for (;;) {
    const statuses = await client.call('list', { details: true });
    if (isSettled(statuses, project)) return statuses;
    await pause(PAUSE_MS);
  }
}

/** The rules of a project in the foreground. */
export function rulesOf({ translation, ...project }: Project, exitWith: readonly string[], onFailure: boolean): Rules {
  const endsWith = { ...translation.endsWith, ...Object.fromEntries(exitWith.map((job) => [job, 'end' as const])) };
  return { endsWith, onFailure, whenIdle: !waitsForOthers(project) };
}

/** The interrupts of a project in the foreground, to be counted before its session is there: none is to be left behind. */
export function interruptsOf(view: View, { context }: Call): Interrupts {
  return new Interrupts(context, 2, () => view.say('killing'));
}

/** Shows a new session until something ends it, and then ends it. */
export async function runInForeground(
  plan: Plan,
  running: Running,
  view: View,
  rules: Rules,
  interrupts: Interrupts,
): Promise<Outcome> {
  const { client, session } = running;
  const watching = new Watching(client, view, plan.project.translation.ports, rules);
  try {
    await view.follow(client, 0);
    const outcome = await watching.run(interrupts.first, running.start);
    const hasRun = outcome.by !== 'idle' || (await noteIdleJobs(plan, client, view));
    if (outcome.by === 'interrupt') view.say('stopping; Ctrl-C kills');
    if (outcome.by === 'session') view.say('the session has ended');
    else await stopProject(client, session, plan.state, interrupts.kill);
    await watching.shown();
    plan.state.end();
    return hasRun ? outcome : { ...outcome, status: 1 };
  } finally {
    view.close();
  }
}

/** Why a job that never ran has not started. */
export function whyNotStarted({ why }: JobStatus): string {
  return why ?? 'not started: it waits for others';
}

/** Shows the jobs that never ran; false: none ever did. */
async function noteIdleJobs({ wanted }: Plan, client: UpstartClient, view: View): Promise<boolean> {
  const statuses = (await client.call('list', { details: true })).filter(({ job }) => wanted.includes(job));
  const idle = statuses.filter(({ instances, last }) => instances.length === 0 && last == null);
  for (const status of idle) view.note(status.job, whyNotStarted(status), true);
  return idle.length < statuses.length;
}

/** Stops all jobs in order, and then the session. `kill` ends the order. */
export async function stopProject(
  client: UpstartClient,
  session: ProjectSession,
  state: StateFolder,
  kill: AbortSignal,
): Promise<void> {
  const configs = await client.call('config', { job: null });
  const names = configs.map(({ job }) => job);
  const steps = inSteps(names, dependenciesOf(configs.map(({ job, startOn }) => ({ name: job, startOn })))).reverse();
  // A stop is an event, too: it must not start a job that waits for the end of another one.
  state.holdJobs(names);
  await client.call('reloadConfiguration', {});
  await stopInOrder(client, steps, kill);
  await endSession(client, session);
}
