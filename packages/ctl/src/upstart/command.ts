/** The shape of a sub-command of `upstart`, and its arguments when it runs. */
import type { Options, WordKind } from '@upstart/common';
import type { Scope, UpstartClient } from '@upstart/protocol';
import type { InferredOptionTypes, Options as YargsOption } from 'yargs';
import type { Invocation } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Printer } from '../printer.ts';

/** Exit statuses. With several jobs the highest one wins. */
export const EXIT = { done: 0, failed: 1, usage: 2, notRunning: 3, unknown: 4 } as const;

/** Options by their long names, as yargs describes them, with the kind of their values for completion. */
export type OptionTable = Readonly<Record<string, YargsOption & { readonly wordKind?: WordKind }>>;

/** A row of the table of commands. The types of the options that a call has follow from `options`. */
export interface CommandRow<O extends OptionTable> {
  readonly name: string;
  /** The arguments after the name, in yargs' form: `[JOB..]`, `<JOB..>`. yargs takes a name with a `=` for an option. */
  readonly words: string;
  /** The kind of the arguments, for completion. */
  readonly wordKind: WordKind;
  /** What the first argument is instead: one of these words. */
  readonly firstWords?: readonly string[];
  /** The kind of the arguments behind some of these words, where it is another one. */
  readonly wordKindsBehind?: Readonly<Record<string, WordKind>>;
  readonly summary: string;
  readonly options: O;
  /** Examples: command lines after `upstart`, with a description. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Whether the words after `--` are a command line of their own. */
  readonly takesRest?: boolean;
  /** Whether it has to run in the caller's process: it reads the caller's files, or may outlive the daemon. */
  isLocal?(options: InferredOptionTypes<O>): boolean;
  /** Resolves with the exit status. For a `UsageError` the caller prints a pointer to the help, for any other error its text. */
  run(call: Call<InferredOptionTypes<O>>): Promise<number>;
}

/** A command whose options have been checked against its row. */
export interface FrontCommand extends Omit<CommandRow<OptionTable>, 'isLocal' | 'run'> {
  isLocal?(options: unknown): boolean;
  run(call: Call<unknown>): Promise<number>;
}

export function frontCommand<const O extends OptionTable>(row: CommandRow<O>): FrontCommand {
  return row as unknown as FrontCommand;
}

export interface Call<Given = unknown> {
  readonly words: readonly string[];
  /** The words after `--` of a command that takes them; null: there is no `--`. */
  readonly rest: readonly string[] | null;
  readonly options: Given;
  readonly context: CommandContext;
  readonly print: Printer;
  /** The address of the init that the options mean. */
  readonly scope: Scope;
  /** Whether it is a session's init. */
  readonly session: boolean;
  /** Connects to it; later calls return the same connection. */
  connect(): Promise<UpstartClient>;
}

export const JSON_OPTION = { json: { type: 'boolean', describe: 'print JSON, for programs' } } as const;

/** The same call in the form for a command of initctl. */
export function asInvocation(call: Call, options: Options): Invocation {
  const { words, context, print, session, connect } = call;
  return { args: words, options, context, print, session, connect };
}
