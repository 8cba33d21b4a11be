/** Runs sources for one init: connects, follows the jobs, starts each source and ends them all. */
import type { Options } from '@upstart/common';
import type { SourceReport } from '@upstart/protocol';
import { type Clock, monotonicUs, systemClock } from './clock.ts';
import type { Connected } from './connection.ts';
import { Emitter } from './emitter.ts';
import { textOf } from './errors.ts';
import { Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import { ownStartUs } from './process-start.ts';
import type { Source } from './source.ts';
import { SourceRunner } from './source-runner.ts';
import { noteChanges } from './tidy-up.ts';

export interface FrameParts {
  readonly connected: Connected;
  readonly sources: readonly Source[];
  readonly log: Log;
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isSession: boolean;
  /** Whether a source runs only while some job needs it, and one that fails is started again; else all run, and the first failure ends them. */
  readonly onDemand: boolean;
  readonly clock?: Clock;
}

/** The text of the end of init. */
const DISCONNECTED = 'Disconnected from Upstart';

export class Frame {
  readonly #parts: FrameParts;
  readonly #runners: SourceRunner[];
  readonly #jobs: Jobs;
  readonly #end: Promise<Error>;
  #endWith: (reason: Error) => void = () => {};
  #changed: () => void = () => {};
  /** Whether the jobs that were there at the start have what they need. */
  #hasBegun = false;
  #isOver = false;

  constructor(parts: FrameParts) {
    this.#parts = parts;
    const { connected, log, clock = systemClock } = parts;
    const { client } = connected;
    const startUs = ownStartUs(monotonicUs());
    const emitter = new Emitter(client, log);
    this.#end = new Promise((resolve) => {
      this.#endWith = resolve;
    });
    const context = {
      ...parts,
      client,
      clock,
      emit: emitter.emit.bind(emitter),
      ended: this.#endWith,
      ...{ initId: connected.initId, runFolder: connected.runFolder },
      neededSinceUs: () => (this.#hasBegun ? monotonicUs() : startUs),
      changed: () => this.#changed(),
    };
    this.#runners = parts.sources.map(
      (source) =>
        new SourceRunner(source, context, () =>
          this.#jobs.operands().filter(({ event }) => source.isMine(event, parts.options)),
        ),
    );
    this.#jobs = new Jobs(
      client,
      (event) => parts.sources.some((source) => source.isMine(event, parts.options)),
      async (changes) => {
        await Promise.all(this.#runners.map((runner) => runner.follow(changes)));
        this.#changed();
        noteChanges(changes.added.length + changes.removed.length);
      },
    );
  }

  /** Resolves when every source has done what the jobs there are ask for. Rejects with the reason why one cannot run. */
  async begin(): Promise<void> {
    const failed = (error: unknown): void => {
      if (!this.#isOver) this.#parts.log.warn(textOf(error));
    };
    const first = this.#jobs.begin(failed, () => this.#endWith(new Error(DISCONNECTED)));
    const ended = this.#end.then((reason) => Promise.reject(reason));
    await Promise.race([first, ended]);
    this.#hasBegun = true;
  }

  /** Resolves with the reason when it cannot continue. */
  ended(): Promise<Error> {
    return this.#end;
  }

  /** The states of all sources. */
  report(): SourceReport[] {
    return this.#runners.map(({ name, state, reason }) => ({ name, state, reason }));
  }

  /** Whether some job needs a source, or the machine's settings do. */
  get isNeeded(): boolean {
    return this.#runners.some((runner) => runner.isNeeded);
  }

  /** Has `listener` called when states or needs may have changed. */
  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  /** Ends all sources. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    this.#parts.connected.client.close();
  }
}
