/** Explanations for clients: the engine's facts, with facts from files and processes. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BrokenFile } from '@upstart/common';
import { type Explanation, type FailedOutput, type UnsupervisedProcess, upstartError } from '@upstart/protocol';
import { type EngineExplanation, explainJob } from '../engine/explain/explain.ts';
import type { Context } from '../engine/model/context.ts';
import type { ClassState } from '../engine/model/state.ts';
import { logPath } from '../engine/processes/spawn-spec.ts';
import { targetNotes } from '../log-targets/notes.ts';
import type { Orphan } from '../proc/orphans.ts';
import { readFacts } from '../proc/processes.ts';
import { monotonicNow } from '../time/clock.ts';
import { timersOf } from '../timers/timers.ts';
import type { ControlContext } from './context.ts';
import { fileWarnings } from './file-warnings.ts';
import { lastLineOf } from './last-line.ts';

/** The most processes in an explanation. */
const MAX_UNSUPERVISED = 10;
/** The longest command line that is shown, in characters. */
const MAX_COMMAND = 120;
const MAX_LINE = 300;
/** The most changes of leases in an explanation: the history has the others. */
const MAX_LEASES = 5;

/** `broken`: the job's own files with errors. Throws UpstartError. */
export async function explanationOf(
  { runner, configuration, orphans, sources, logTargets, history }: ControlContext,
  job: string,
  broken: BrokenFile[],
  privileged: boolean,
): Promise<Explanation> {
  const { context, state } = runner.engine;
  const found = await orphans.find();
  const jobClass = state.classes.get(job);
  if (!jobClass && broken.length === 0 && !state.faults?.has(job)) throw upstartError('unknown-job', job);
  const facts = { broken, switchedOff: configuration.switchedOff(job), sources: sources.status() };
  const explanation = explainJob(context, job, jobClass, facts, monotonicNow(), privileged);
  const { jobCgroups, logDir } = state.settings;
  const asksFile = privileged && jobClass !== undefined && puzzles(explanation);
  return {
    ...explanation,
    notes: [
      ...explanation.notes,
      ...(jobClass ? await turnNotes(jobClass) : []),
      ...(jobClass ? targetNotes(logTargets.ofJob(jobClass.definition), 'its output') : []),
      ...(asksFile ? fileWarnings(job, jobClass.definition.path) : []),
    ],
    ...(privileged && jobClass?.definition.cluster ? { leases: history.lastOfLeases(job, MAX_LEASES) } : {}),
    output: logDir === null || !jobClass ? null : failedOutput(context, jobClass, resolve(logDir), privileged),
    // Processes that remain in a control group end with the job.
    unsupervised: jobCgroups ? [] : unsupervised(context, job, found, privileged),
  };
}

/** When the timers of a job are due next. */
async function turnNotes(jobClass: ClassState): Promise<string[]> {
  const timers = await timersOf([jobClass], Date.now());
  return timers.flatMap(({ stanza, args, next }) => {
    if (next === null) return [];
    const time = new Date(next).toISOString().replace(/\.\d+/, '');
    return `next turn of \`${stanza} timer ${args.join(' ')}\`: ${time}`;
  });
}

/** Whether the output is worth showing: the job has failed, has ended by itself, or has never run. */
function puzzles({ instances, last }: EngineExplanation): boolean {
  if (instances.length > 0) return instances.some(({ failure }) => failure);
  return last === null || last.failure !== null || last.text.startsWith('stopped because');
}

/** The log of the instance that has failed: one of now, else the last that has ended; null: none has, or it has written nothing. */
function failedOutput(
  { state: { instances } }: Context,
  { definition, instances: ids, last }: ClassState,
  logDir: string,
  privileged: boolean,
): FailedOutput | null {
  const now = [...ids].find(([, id]) => instances.get(id)?.failure);
  const failure = now ? instances.get(now[1])?.failure : last?.failure;
  if (!failure) return null;
  const path = logPath(logDir, definition.name, (now ? now[0] : last?.instance) ?? '');
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size === 0) return null;
  return { path, lastLine: privileged && failure.pid !== undefined ? lastLine(path, failure.pid) : null };
}

function lastLine(path: string, pid: number): string | null {
  try {
    const line = lastLineOf(path, pid);
    return line === null ? null : cut(line, MAX_LINE);
  } catch {
    // The path holds another kind of file, which is no log.
    return null;
  }
}

/** The orphans of this job. Orphans in the session of its main process end with that process. */
function unsupervised(context: Context, job: string, orphans: Orphan[], privileged: boolean): UnsupervisedProcess[] {
  const { classes, settings, instances } = context.state;
  const mains = new Map<string, { pid: number; started: number }>();
  for (const [name, id] of classes.get(job)?.instances ?? []) {
    const pid = instances.get(id)?.processes.main?.pid ?? 0;
    const started = pid === 0 ? undefined : readFacts(pid)?.started;
    if (started !== undefined) mains.set(name, { pid, started });
  }
  return orphans
    .filter((orphan) => orphan.job === job && orphan.session === settings.sessionAddress)
    .filter(({ instance, leader }) => mains.get(instance)?.pid !== leader)
    .slice(0, MAX_UNSUPERVISED)
    .map(({ pid, instance, argv, started }) => ({
      pid,
      instance,
      command: privileged ? cut(argv.join(' '), MAX_COMMAND) : null,
      old: started < (mains.get(instance)?.started ?? Number.POSITIVE_INFINITY),
    }));
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
