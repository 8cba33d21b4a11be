/** Runs one source: starts it, tells it of changes one after the other, and starts it again after a failure where others run beside it. */
import { textOf } from './errors.ts';
import type { Operand, OperandChanges, RunningSource, Source, SourceContext } from './source.ts';

/** What a runner gets from the frame. */
export interface RunnerContext extends Omit<SourceContext, 'operands' | 'fail' | 'troubled' | 'neededSinceUs'> {
  readonly onDemand: boolean;
  /** Since when a source that starts now is needed. */
  neededSinceUs(): number;
  /** The state may have changed. */
  changed(): void;
  /** Ends the program. */
  ended(reason: Error): void;
}

/** The pause before a source that has failed is started again: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 60_000;

export type SourceState = 'idle' | 'running' | 'failed';

export class SourceRunner {
  readonly #source: Source;
  readonly #context: RunnerContext;
  readonly #operands: () => readonly Operand[];
  /** It runs though no job needs it. */
  readonly #isAlwaysNeeded: boolean;
  #running: RunningSource | null = null;
  /** What is under way: starting, following and stopping come one after the other. */
  #work: Promise<void> = Promise.resolve();
  #state: SourceState = 'idle';
  #reason: string | null = null;
  #pauseMs = FIRST_PAUSE_MS;
  #cancelRetry: () => void = () => {};
  #isOver = false;

  constructor(source: Source, context: RunnerContext, operands: () => readonly Operand[]) {
    this.#source = source;
    this.#context = context;
    this.#operands = operands;
    this.#isAlwaysNeeded = context.onDemand && source.isAlwaysNeeded?.(context) === true;
  }

  get name(): string {
    return this.#source.name;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Why it has failed, or does not do what its jobs need. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Whether a job needs it, or the machine's settings do. */
  get isNeeded(): boolean {
    return this.#isAlwaysNeeded || this.#operands().length > 0;
  }

  /** Starts the source if it is needed, or tells it of the changes. */
  follow({ added, removed }: OperandChanges): Promise<void> {
    const isMine = ({ event }: Operand): boolean => this.#source.isMine(event, this.#context.options);
    const changes = { added: added.filter(isMine), removed: removed.filter(isMine) };
    return this.#then(async () => {
      if (this.#running) {
        // The last ones have gone: what it keeps of them goes, too.
        if (changes.added.length + changes.removed.length > 0) await this.#running.follow?.(changes);
        if (this.#context.onDemand && !this.isNeeded) await this.#halt('idle');
      } else if (this.#state !== 'failed') {
        if (!this.#context.onDemand || this.isNeeded) await this.#start();
      } else if (!this.isNeeded) {
        this.#cancelRetry();
        this.#state = 'idle';
      } else if (changes.added.length > 0) {
        // What is new may be possible.
        this.#cancelRetry();
        await this.#start();
      }
    });
  }

  stop(): Promise<void> {
    this.#isOver = true;
    this.#cancelRetry();
    return this.#then(() => this.#halt('idle'));
  }

  /** Carries out `step` after what is under way. */
  #then(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step).catch((error: unknown) => this.#failed(error));
    return this.#work;
  }

  async #start(): Promise<void> {
    const { onDemand: _, ended: __, changed: ___, ...given } = this.#context;
    const neededSinceUs = given.neededSinceUs();
    let isOld = false;
    const fail = (error: Error): void => {
      if (isOld) return;
      isOld = true;
      void this.#then(() => this.#failed(error));
    };
    // What troubles a source while it starts counts from then on.
    let trouble: string | null = null;
    const troubled = (reason: string | null): void => {
      trouble = reason;
      if (isOld || this.#state !== 'running') return;
      this.#reason = reason;
      this.#context.changed();
    };
    const running = await this.#source.start({ ...given, operands: this.#operands, neededSinceUs, fail, troubled });
    this.#running = running;
    this.#state = 'running';
    this.#reason = trouble;
    this.#context.changed();
    await running.follow?.({ added: this.#operands(), removed: [] });
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  async #halt(state: SourceState): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#state = state;
    if (state === 'idle') this.#reason = null;
    await running?.stop();
  }

  async #failed(error: unknown): Promise<void> {
    const { onDemand, ended, log, clock } = this.#context;
    if (this.#isOver) return;
    if (!onDemand) {
      ended(error instanceof Error ? error : new Error(textOf(error)));
      return;
    }
    const text = textOf(error);
    // The same reason again is not worth another line.
    if (this.#reason !== text) log.warn(`${this.#source.name}: ${text}`);
    this.#reason = text;
    await this.#halt('failed');
    this.#context.changed();
    this.#cancelRetry = clock.after(this.#pauseMs, () => void this.#then(() => this.#retry()));
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }

  async #retry(): Promise<void> {
    if (this.#isOver || this.#running || !this.isNeeded) return;
    await this.#start();
  }
}
