/** The shape of a sub-command of `upstart`, and its arguments when it runs. */
import type { Scope, UpstartClient } from '@upstart/protocol';
import type { Options as OptionTable } from 'yargs';
import type { Invocation } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Options } from '../options.ts';
import type { Printer } from '../printer.ts';

/** Exit statuses. Of several jobs the highest one counts. */
export const EXIT = { done: 0, failed: 1, usage: 2, notRunning: 3, unknown: 4 } as const;

export interface FrontCommand {
  readonly name: string;
  /** The arguments behind the name, as yargs writes them: `[JOB..]`, `<JOB..>`. A name with a `=` would be taken for an option. */
  readonly words: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionTable>>;
  /** Command lines behind `upstart`, and their effects. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Whether it must run in a process of the caller's: it reads the caller's files, or outlives the daemon. */
  isLocal?(options: Readonly<Record<string, unknown>>): boolean;
  /** Resolves with the exit status. A `UsageError` is answered with a pointer to the help, any other error with its text. */
  run(call: Call): Promise<number>;
}

export interface Call {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: CommandContext;
  readonly print: Printer;
  /** The init that is meant. */
  readonly scope: Scope;
  /** Whether that is a session's. */
  readonly session: boolean;
  /** Connects to it; once, however often it is called. */
  connect(): Promise<UpstartClient>;
}

export const JSON_OPTION = { json: { type: 'boolean', describe: 'print JSON, for programs' } } as const;

/** The same call as one of a command of initctl. */
export function asInvocation(call: Call, options: Options): Invocation {
  const { words, context, print, session, connect } = call;
  return { args: words, options, context, print, session, connect };
}
