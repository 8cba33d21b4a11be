/** `upstart start`, `stop`, `restart`, `reload`: several jobs at a time. */
import { UsageError, type WordKind } from '@upstart/common';
import {
  type CallOptions,
  type ErrorCode,
  type JobStatus,
  type Target,
  TimeoutError,
  type UpstartClient,
  UpstartError,
} from '@upstart/protocol';
import { lateText, MAX_TIMEOUT_S, timeLimit } from '../../command.ts';
import { currentStatus, printStatus } from '../../commands/status.ts';
import { hintFailure } from '../../hints.ts';
import { Printer } from '../../printer.ts';
import { printable } from '../../text/colour.ts';
import { statusLines } from '../../text/status.ts';
import { type Call, EXIT, type FrontCommand, frontCommand, JSON_OPTION } from '../command.ts';
import { type MeantJob, meantJobs, targetsOf, type UnknownJob } from '../jobs.ts';
import { isElsewhere, statusOrNone, untilSettled } from '../settled.ts';

export type Change = 'start' | 'stop' | 'restart' | 'reload';

const WAITING = {
  wait: { type: 'boolean', default: true, describe: 'wait until it is done; --no-wait: do not' },
  timeout: {
    type: 'string',
    requiresArg: true,
    describe: 'wait for so many seconds at most, and then fail; the change itself is not cancelled',
  },
  ...JSON_OPTION,
} as const;
/** `stop` can be forced. */
const STOPPING = {
  force: { type: 'boolean', describe: 'end hooks that hang, also where a stop waits for them already' },
  ...WAITING,
} as const;
/** `reload` waits for nothing. */
const AT_ONCE = JSON_OPTION;

interface Options {
  readonly wait?: boolean | undefined;
  readonly timeout?: string | undefined;
  readonly json?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export const start = change('start', 'stopped-job', 'Start jobs.', WAITING, [
  ['start web db', 'starts both, and waits until they run'],
  ['start worker N=1', 'starts the instance of worker that N=1 makes'],
]);
export const stop = change('stop', 'running-job', 'Stop jobs.', STOPPING, [
  ["stop 'worker*'", 'stops every job whose name fits'],
  ['stop worker/1', 'stops that instance of worker'],
  ['stop db --force', 'ends a pre-stop or post-stop of db that hangs, too'],
]);
export const restart = change('restart', 'running-job', 'Stop jobs that run, and start them again.', WAITING, [
  ['restart web --timeout 30', 'fails after 30 seconds; the restart is not cancelled'],
]);
export const reload = change(
  'reload',
  'running-job',
  'Have jobs read their configuration again: sends their reload signal.',
  AT_ONCE,
  [['reload nginx', 'sends SIGHUP, unless the job file names another signal']],
);

function change(
  name: Change,
  wordKind: WordKind,
  summary: string,
  options: typeof WAITING | typeof STOPPING | typeof AT_ONCE,
  examples: FrontCommand['examples'],
): FrontCommand {
  return frontCommand({
    name,
    words: '<JOB..>',
    wordKind,
    summary,
    options: options as typeof STOPPING,
    examples,
    run: (call) => changeAll(name, call),
  });
}

async function changeAll(change: Change, call: Call<Options>): Promise<number> {
  const found = (unknown: readonly UnknownJob[]): void => {
    for (const { text } of unknown) call.print.failure(text);
  };
  const { statuses, unknown, exit } = await changeJobs(change, call, { found });
  if (call.options.json === true) call.print.json(statuses);
  return Math.max(unknown.length > 0 ? EXIT.unknown : EXIT.done, exit);
}

export interface ChangedJobs {
  readonly statuses: readonly JobStatus[];
  /** Words that name no job. */
  readonly unknown: readonly UnknownJob[];
  /** The exit status of what was changed. */
  readonly exit: number;
}

interface ChangeSettings {
  /** Gets the words that name no job before the change, which may take long. */
  readonly found?: (unknown: readonly UnknownJob[]) => void;
  /** A start waits for no lease that another host has. */
  readonly leavesLeases?: boolean;
}

/** Changes the jobs that the words of the call name, and prints how they are then, unless JSON is wanted. */
export async function changeJobs(
  change: Change,
  call: Call<Options>,
  { found, leavesLeases = false }: ChangeSettings = {},
): Promise<ChangedJobs> {
  const limits = { ...limitsOf(call.options), leavesLeases };
  const client = await call.connect();
  const { jobs, unknown } = await meantJobs(client, call.words);
  found?.(unknown);
  const outcomes = (await Promise.all(jobs.map((meant) => changeOne(change, meant, client, call, limits)))).flat();
  const statuses = outcomes.flatMap(({ status }) => status ?? []);
  return { statuses, unknown, exit: Math.max(EXIT.done, ...outcomes.map(({ exit }) => exit)) };
}

/** The outcome of one change. */
interface Outcome {
  readonly exit: number;
  /** The status after the change; null where there is none to show. */
  readonly status: JobStatus | null;
}

interface Limits extends CallOptions, Pick<ChangeSettings, 'leavesLeases'> {
  /** The timeout as the user gave it. */
  readonly seconds?: string;
}

/** Throws UsageError. */
export function limitsOf({ timeout }: Pick<Options, 'timeout'>): Limits {
  if (timeout === undefined) return {};
  try {
    return { ...timeLimit({ timeout }), seconds: timeout };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`--timeout takes a number of seconds from 1 to ${MAX_TIMEOUT_S}, not ${timeout || 'nothing'}`);
  }
}

async function changeOne(
  change: Change,
  meant: MeantJob,
  client: UpstartClient,
  call: Call<Options>,
  limits: Limits,
): Promise<Outcome[]> {
  // A start creates an instance; the other actions need one.
  const makes = change === 'start' && meant.by !== 'instances';
  const targets: Target[] = makes ? [{ job: meant.job, env: [...meant.env] }] : targetsOf(meant);
  if (targets.length > 0)
    return Promise.all(targets.map((target) => changeTarget(change, target, client, call, limits)));
  // A pattern matches running instances only.
  return meant.by === 'name' ? [notRunning(change, meant.job, call)] : [];
}

async function changeTarget(
  change: Change,
  target: Target,
  client: UpstartClient,
  call: Call<Options>,
  { seconds, leavesLeases, ...limits }: Limits,
): Promise<Outcome> {
  const { context, options } = call;
  const print = new Printer(call.print.program, context);
  try {
    if (change === 'reload') {
      await client.call('reload', target);
      return { exit: EXIT.done, status: options.json === true ? await statusOrNone(client, target) : null };
    }
    const wait = options.wait !== false;
    const leaves = wait && leavesLeases && (await hasLease(client, target.job));
    const force = change === 'stop' && options.force === true ? { force: true } : {};
    const done = await client
      .call(change, { ...target, wait: wait && !leaves, ...force }, limits)
      .catch((error: unknown) => {
        // The change is in progress already: by another request, an event, or a respawn.
        if (!(error instanceof UpstartError) || error.code !== BEGUN[change]) throw error;
        return null;
      });
    if (leaves || (done === null && wait)) {
      const goal = change === 'stop' ? 'stop' : 'start';
      await untilSettled(client, target, goal, limits, leaves ? isElsewhere : undefined);
    }
    const status =
      done === null
        ? await statusOrNone(client, target)
        : named(await currentStatus(client, target.job, done.instance), done.instance);
    if (options.json !== true) printStatus(status, print);
    return { exit: EXIT.done, status };
  } catch (error) {
    const name = printable(target.job);
    if (error instanceof TimeoutError) {
      const status = await statusOrNone(client, target);
      const [line = target.job] = statusLines(status);
      print.hint(`upstart explain ${name} tells what it waits for`);
      print.failure(lateText({ timeout: seconds ?? '' }, line));
      return { exit: EXIT.failed, status };
    }
    if (!(error instanceof UpstartError)) throw error;
    if (NOT_THERE.includes(error.code)) return notRunning(change, target.job, call);
    if (error.code === 'job-failed-to-start') await hintFailure(target, client, print);
    print.failure(`cannot ${change} ${name}: ${error.message}`);
    return { exit: EXIT.failed, status: null };
  }
}

async function hasLease(client: UpstartClient, job: string): Promise<boolean> {
  const [config] = await client.call('config', { job });
  return config?.cluster != null;
}

/** Names an instance that has ended, too: others of its job may run. */
function named(status: JobStatus, instance: string): JobStatus {
  if (status.instances.length > 0 || instance === '') return status;
  return { ...status, instances: [{ name: instance, goal: 'stop', state: 'waiting', processes: [] }] };
}

/** The error of a change that is in progress or done already. */
const BEGUN: Partial<Record<Change, ErrorCode>> = { start: 'already-started', stop: 'already-stopped' };
const NOT_THERE: readonly ErrorCode[] = ['unknown-instance', 'already-stopped', 'not-running'];

function notRunning(change: Change, job: string, { print, options }: Call<Options>): Outcome {
  const status = { job, instances: [] };
  if (change === 'stop') {
    if (options.json !== true) print.line(`${job} stop/waiting`);
    return { exit: EXIT.done, status };
  }
  print.failure(`${printable(job)} is not running; \`upstart start ${printable(job)}\` starts it`);
  return { exit: EXIT.notRunning, status };
}
