/** The shape of a command, and its arguments when it runs. */
import { counted, type OptionSpec, type Options, UsageError, type WordKind } from '@upstart/common';
import type { CallOptions, Requester, Target, UpstartClient } from '@upstart/protocol';
import type { CommandContext } from './context.ts';
import type { Printer } from './printer.ts';

/** The groups of `initctl help`, in its order; `Further` are those that scripts do not know. */
export const GROUPS = ['Job', 'Event', 'Environment', 'Other', 'Further'] as const;

export interface Command {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly synopsis: string;
  /** The part of the usage line behind the options. */
  readonly usage: string;
  /** The kind of its first argument, for completion. */
  readonly wordKind: WordKind;
  readonly options: readonly OptionSpec[];
  /** The paragraph below the options in the command's help. */
  readonly help: string;
  /** The most arguments that it heeds; absent: any number. */
  readonly most?: number;
  /** Reads files of the caller's, so it must run in a process of the caller's. */
  readonly local?: boolean;
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  readonly args: readonly string[];
  readonly options: Options;
  readonly context: CommandContext;
  readonly print: Printer;
  /** Whether the daemon that is meant is a session's. */
  readonly session: boolean;
  /** Connects to the daemon that the options and the environment name; once, however often it is called. */
  connect(): Promise<UpstartClient>;
}

export const NO_WAIT = (what: string): OptionSpec => ({
  long: 'no-wait',
  short: 'n',
  description: `do not wait for ${what} before exiting`,
});
/** For commands that wait. Scripts compare the options that the help lists, so the paragraph describes this one. */
export const TIMEOUT: OptionSpec = {
  long: 'timeout',
  value: 'SECONDS',
  integer: true,
  description: 'wait for this long at most',
  shown: 'hidden',
};
export const TIMEOUT_HELP =
  'With --timeout=SECONDS the command fails if it has waited for that long; what it has asked for is not cancelled.';
/** The longest time that timers can be set to, in seconds: 24 days. */
export const MAX_TIMEOUT_S = 2_147_483;
export const GLOBAL: OptionSpec = {
  long: 'global',
  short: 'g',
  description: 'use the global job environment, even inside a job',
};
export const JSON_OUTPUT: OptionSpec = { long: 'json', description: 'print JSON, for programs', shown: 'further' };

/** The job and the instance that the process belongs to, if it runs inside a job (reference: control §3.1). */
export function ownInstance(env: CommandContext['env']): Requester | null {
  const { UPSTART_JOB: job, UPSTART_INSTANCE: instance } = env;
  return job === undefined || instance === undefined ? null : { job, instance };
}

/** The job instance that a request comes from. */
export function origin({ env }: Pick<CommandContext, 'env'>): { from?: Requester } {
  const from = ownInstance(env);
  return from === null || from.job === '' ? {} : { from };
}

/** How long to wait, as `--timeout` says. */
export function timeLimit({ timeout }: Options): CallOptions {
  if (typeof timeout !== 'string') return {};
  const seconds = /^[0-9]+$/.test(timeout) ? Number(timeout) : 0;
  if (seconds < 1 || seconds > MAX_TIMEOUT_S) throw new UsageError(`illegal argument: ${timeout}`);
  return { timeoutMs: seconds * 1000 };
}

/** The message when `--timeout` has passed. */
export function lateText({ timeout }: Options, status: string): string {
  return `Timed out after ${counted(Number(timeout), 'second')}; still in progress: ${status}`;
}

export interface NamedTarget {
  readonly target: Target;
  /** Whether the command means the job inside which it runs; then it never waits. */
  readonly own: boolean;
}

/** The instance that the arguments name; without arguments inside a job, that job's own. */
export function targetOf({ args, context }: Invocation): NamedTarget {
  const [job, ...env] = args;
  if (job !== undefined) return { target: { job, env }, own: false };
  const own = ownInstance(context.env);
  if (own === null) throw new UsageError('missing job name');
  return { target: own, own: true };
}

/** The environment table that the env commands work on: that of the own instance, or null for the common table. */
export function envTargetOf({ options, context }: Invocation): { job: string; instance: string } | null {
  if (options.global === true || context.env.UPSTART_JOB === undefined) return null;
  const own = ownInstance(context.env);
  if (own === null) throw new UsageError('missing job name');
  return own;
}
