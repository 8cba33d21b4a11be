/**
 * Waits at one socket. It emits an event when a connection waits there and no job has the socket, and not again before a job that it has
 * started, or found running, has ended: so each connection is served by the job that runs, or by the next one (reference: bridges §3.2).
 */
import { UpstartError } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { SourceContext } from '../../source.ts';
import type { Ends } from './ends.ts';
import type { WantedSocket } from './wanted.ts';

/** The pause after an event that failed, and before a socket that is gone is opened again: twice as long each time, up to the last. */
export const FIRST_PAUSE_MS = 1000;
export const LAST_PAUSE_MS = 60_000;

/** A socket has so many events in so many milliseconds; a job that ends without accepting would be started without end. */
export const MAX_EVENTS = 20;
export const EVENTS_MS = 2000;

export interface ListenerParts {
  readonly context: Pick<SourceContext, 'client' | 'clock' | 'log'>;
  readonly ends: Ends;
  /** Init has lost the socket. */
  lost(): Promise<void>;
  /** Calls to init fail. */
  failed(error: unknown): void;
}

export class Listener {
  readonly #parts: ListenerParts;
  #socket: WantedSocket;
  #isOver = false;
  #pauseMs = FIRST_PAUSE_MS;
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

  /** What jobs ask for now; a pause ends, as the reason may be gone. */
  follow(socket: WantedSocket): void {
    this.#socket = socket;
    this.#pauseMs = FIRST_PAUSE_MS;
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
    if (await this.#emit()) await this.#untilOneEnds();
    else await this.#backOff();
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

  #pause(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.context.clock.after(pauseMs, resolve);
      this.#onWake(() => {
        cancel();
        resolve();
      });
    });
  }

  #onWake(wake: () => void): void {
    this.#wake = wake;
    if (this.#isOver) wake();
  }
}
