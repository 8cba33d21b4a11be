/**
 * A source of events: what watches something outside of init and emits events for the jobs whose conditions name them. Each source is a
 * module in `sources/`; the frame around it connects, follows the jobs, retries and logs.
 */
import type { Options } from '@upstart/common';
import type { SourceName } from '@upstart/job-language';
import type { Recipients, UpstartClient } from '@upstart/protocol';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The part of a job file that has the condition; or that names events which a source is to send. */
export type Stanza = 'start on' | 'stop on' | 'restart on' | 'reload on' | 'emits cluster' | 'cluster';

/** An operand of a condition that names an event of a source; or the stanza `cluster`, which needs one, too. */
export interface Operand {
  readonly job: string;
  readonly stanza: Stanza;
  /** The event's name as it stands in the condition. */
  readonly event: string;
  /** The arguments as parsed: no variable has a value (reference: bridges §1.3). */
  readonly args: readonly string[];
}

/**
 * An operand that stands in the old and in the new definition of a job is in neither list: a reload that changes nothing is no change. One
 * that is removed is the same object as when it was added.
 */
export interface OperandChanges {
  readonly added: readonly Operand[];
  readonly removed: readonly Operand[];
}

export interface EmitOptions {
  /** Whether the promise waits until the event is over. It rejects with `UpstartError` `event-failed` where a job failed. */
  readonly wait?: boolean;
  /** The operands that it is for; absent: all that match. */
  readonly only?: Recipients;
}

/** What the frame provides to a source. */
export interface SourceContext {
  /**
   * Emits an event with its variables (`KEY=VALUE`, whose order is kept). Events are emitted in the order of the calls and survive a
   * restart of the daemon. Without `wait` the promise resolves when init has the event and never rejects: a refusal is logged. A source
   * that may emit many events at a time waits for it, so that what init has not taken yet stays bounded.
   */
  emit(event: string, env: readonly string[], options?: EmitOptions): Promise<void>;
  /** All operands that name events of this source. */
  operands(): readonly Operand[];
  readonly log: Log;
  readonly clock: Clock;
  /** The options of the command line, by long name. */
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells this init from others, of other boots, too. */
  readonly initId: string;
  /** The folder of its sockets, for files of the source. */
  readonly runFolder: string;
  /** Since when jobs need the source: the start of the program if they did then. Microseconds of the clock that stands still while the machine sleeps. */
  readonly neededSinceUs: number;
  /** Whether the events go to a session's init rather than to that of the system. */
  readonly isSession: boolean;
  /** For what a source asks of init besides. */
  readonly client: UpstartClient;
  /** The source runs, but not as its jobs need it, for this reason; null: all is well again. It is shown with the state. */
  troubled(reason: string | null): void;
  /** The source cannot continue. Alone in its program it ends that with this text; beside others it is started again, with backoff. */
  fail(error: Error): void;
}

/** A source that runs. */
export interface RunningSource {
  /**
   * Jobs were added, changed or removed. The first call, with all operands, comes right after the start, even if there are none; with
   * `--daemon` the program detaches when that has resolved (reference: bridges §1.2). Calls do not overlap.
   */
  follow?(changes: OperandChanges): void | Promise<void>;
  /** Ends it and releases everything; nothing is emitted afterwards. */
  stop(): void | Promise<void>;
}

export interface Source {
  /** As on the command line of `upstart-bridge`. */
  readonly name: SourceName;
  /** Whether an event of this name is one of the source's, with these options. */
  isMine(event: string, options: Options): boolean;
  /** Whether it runs without a job that needs it, because settings of this machine ask for it. */
  isAlwaysNeeded?(given: Pick<SourceContext, 'env' | 'isSession'>): boolean;
  /** Throws the text that ends a program whose command line names the source, where its options are wrong. */
  check?(options: Options): void;
  /**
   * For a program of the old names: opens what the original opens before it connects to init. Rejects with the text that ends the program.
   */
  prepare?(given: Pick<SourceContext, 'options' | 'env'>): void | Promise<void>;
  /** Rejects with the reason why it cannot run, such as a bus that is not there. */
  start(context: SourceContext): RunningSource | Promise<RunningSource>;
}
