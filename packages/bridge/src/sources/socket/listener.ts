/**
 * Waits at one socket. It emits an event when a connection waits there and no job has the socket, and not again before a job that it has
 * started, or found running, has ended: so each connection is served by the job that runs, or by the next one (reference: bridges §3.2).
 */
import { UpstartError } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { SourceContext } from '../../source.ts';
import { waitingAt } from './backlog.ts';
import type { Ends } from './ends.ts';
import type { WantedSocket } from './wanted.ts';

/** The pause after an event that failed, and before a socket that is gone is opened again: twice as long each time, up to the last. */
export const FIRST_PAUSE_MS = 1000;
export const LAST_PAUSE_MS = 60_000;

/** A run that was longer is no reason to pause, whatever it has left. */
export const LONG_RUN_MS = 1000;

/** A socket has so many events in so many milliseconds, whatever the reason. */
export const MAX_EVENTS = 20;
export const EVENTS_MS = 2000;

export interface ListenerParts {
  readonly context: Pick<SourceContext, 'client' | 'clock' | 'log'>;
  readonly ends: Ends;
  /** Init has lost the socket. */
  lost(): Promise<void>;
  /** Calls to init fail. */
  failed(error: unknown): void;
  /** `trouble` is another one. */
  changed(): void;
  /** What waits at the socket of this name and was not taken; null: it is not known. */
  waitingAt?: (name: string) => number | null;
}

/** What there was when an event was emitted. */
interface Before {
  readonly nowMs: number;
  readonly waiting: number | null;
  /** Resolves when something new has come, or the socket has gone. */
  readonly news: Promise<void>;
  isNews: boolean;
}

export class Listener {
  readonly #parts: ListenerParts;
  #socket: WantedSocket;
  #isOver = false;
  #pauseMs = FIRST_PAUSE_MS;
  /** The pause after a run that has taken nothing. */
  #untakenMs = FIRST_PAUSE_MS;
  #trouble: string | null = null;
  /** Ends the present pause. */
  #wake: () => void = () => {};
  #windowMs = 0;
  #events = 0;

  constructor(socket: WantedSocket, parts: ListenerParts) {
    this.#socket = socket;
    this.#parts = parts;
  }

  get socket(): WantedSocket {
    return this.#socket;
  }

  /** Why a job is not started though connections wait. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** What jobs ask for now; a pause ends, as the reason may be gone. */
  follow(socket: WantedSocket): void {
    this.#socket = socket;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#taken();
    this.#wake();
  }

  stop(): void {
    this.#isOver = true;
    this.#wake();
  }

  async run(): Promise<void> {
    try {
      while (!this.#isOver) await this.#turn();
    } catch (error) {
      if (!this.#isOver) this.#parts.failed(error);
    }
  }

  async #turn(): Promise<void> {
    const { context, lost } = this.#parts;
    const { name, starts } = this.#socket;
    // Nobody accepts where no job is started: the event of what waits there has been emitted.
    const isThere = await context.client.call('awaitConnection', { socket: name, newOnly: starts.length === 0 });
    if (this.#isOver) return;
    if (!isThere) {
      await this.#backOff();
      if (!this.#isOver) await lost();
      return;
    }
    await this.#holdBack();
    if (this.#isOver) return;
    const before = starts.length > 0 ? this.#look() : null;
    if (!(await this.#emit())) return await this.#backOff();
    await this.#untilOneEnds();
    if (before && !this.#isOver) await this.#pauseIfUntaken(before);
  }

  #look(): Before {
    const { context, waitingAt: count = waitingAt } = this.#parts;
    const { name } = this.#socket;
    const isNews = (): void => {
      before.isNews = true;
    };
    const news = context.client.call('awaitConnection', { socket: name, newOnly: true }).then(isNews, isNews);
    const before: Before = { nowMs: context.clock.nowMs(), waiting: count(name), news, isNews: false };
    return before;
  }

  /**
   * A run that ends soon and leaves all that waited would be followed by the same one, without end. Something new starts the job at once: it
   * may be what the job can serve.
   */
  async #pauseIfUntaken({ nowMs, waiting, news, isNews }: Before): Promise<void> {
    const { context, waitingAt: count = waitingAt } = this.#parts;
    const { name, place, starts } = this.#socket;
    const ranMs = context.clock.nowMs() - nowMs;
    const isShort = ranMs >= 0 && ranMs < LONG_RUN_MS;
    if (isNews || !isShort || !waiting || count(name) !== waiting) return this.#taken();
    if (!this.#trouble) {
      this.#trouble = `${starts.join(', ')} ended without accepting the connection that waits at ${place}: pausing before the next start`;
      context.log.warn(this.#trouble);
      this.#parts.changed();
    }
    const pauseMs = this.#untakenMs;
    this.#untakenMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    await this.#pause(pauseMs, news);
  }

  #taken(): void {
    this.#untakenMs = FIRST_PAUSE_MS;
    if (!this.#trouble) return;
    this.#trouble = null;
    this.#parts.changed();
  }

  /** Returns whether all jobs that it concerns have started or stopped. */
  async #emit(): Promise<boolean> {
    const { client, log } = this.#parts.context;
    const { name, env } = this.#socket;
    try {
      await client.call('emit', { name: 'socket', env: [...env], wait: true, socket: name });
      this.#pauseMs = FIRST_PAUSE_MS;
      return true;
    } catch (error) {
      if (!(error instanceof UpstartError)) throw error;
      // The same connection again is not worth another line.
      if (this.#pauseMs === FIRST_PAUSE_MS) log.warn(`Error emitting socket event: ${textOf(error)}`);
      return false;
    }
  }

  /** A job that runs already, or was started by another socket, does not accept here: the event comes again when it has ended. */
  async #untilOneEnds(): Promise<void> {
    const { context, ends } = this.#parts;
    const { starts } = this.#socket;
    const ended = ends.next(starts);
    for (const job of starts) {
      const [status] = await context.client.call('list', { job });
      if (status?.job === job && status.instances.some(({ state }) => state !== 'waiting')) {
        await Promise.race([ended.promise, new Promise<void>((resolve) => this.#onWake(resolve))]);
        break;
      }
    }
    ended.cancel();
  }

  async #backOff(): Promise<void> {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    await this.#pause(pauseMs);
  }

  /** Waits where there have been too many events. */
  async #holdBack(): Promise<void> {
    const { clock, log } = this.#parts.context;
    const pastMs = clock.nowMs() - this.#windowMs;
    if (pastMs < 0 || pastMs >= EVENTS_MS) {
      this.#windowMs = clock.nowMs();
      this.#events = 0;
    }
    this.#events += 1;
    if (this.#events <= MAX_EVENTS) return;
    log.info(`More than ${MAX_EVENTS} socket events in ${EVENTS_MS} ms for ${this.#socket.jobs.join(', ')}: pausing`);
    await this.#pause(EVENTS_MS);
  }

  /** Ends early with `early`, or when it is woken. */
  #pause(pauseMs: number, early?: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.context.clock.after(pauseMs, resolve);
      const end = (): void => {
        cancel();
        resolve();
      };
      this.#onWake(end);
      void early?.then(end);
    });
  }

  #onWake(wake: () => void): void {
    this.#wake = wake;
    if (this.#isOver) wake();
  }
}
