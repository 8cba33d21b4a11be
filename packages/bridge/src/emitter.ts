/** Sends the events of sources to init, in order, a bounded number at a time. */
import type { UpstartClient } from '@upstart/protocol';
import { textOf } from './errors.ts';
import type { Log } from './log.ts';
import type { EmitOptions } from './source.ts';

/** The most events that init has been sent and has not answered. Those that are waited for do not count. */
export const MAX_IN_FLIGHT = 64;

export class Emitter {
  readonly #client: Pick<UpstartClient, 'call'>;
  readonly #log: Log;
  /** Events that wait for their turn. */
  readonly #queue: (() => void)[] = [];
  #inFlight = 0;

  constructor(client: Pick<UpstartClient, 'call'>, log: Log) {
    this.#client = client;
    this.#log = log;
  }

  async emit(name: string, env: readonly string[], { wait = false, only }: EmitOptions = {}): Promise<void> {
    await this.#turn();
    const answer = this.#client.call('emit', { name, env: [...env], wait, ...(only && { only }) });
    if (wait) {
      this.#next();
      await answer;
      return;
    }
    try {
      await answer;
    } catch (error) {
      this.#log.warn(textOf(error));
    } finally {
      this.#next();
    }
  }

  /** Resolves when the event may be sent; events wait in their order. */
  #turn(): Promise<void> | undefined {
    if (this.#inFlight < MAX_IN_FLIGHT) {
      this.#inFlight += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** Hands the place of an event to the next one. */
  #next(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#inFlight -= 1;
  }
}
