/**
 * Sends the events of this machine that jobs name with `emits cluster`. Init keeps them until they are sent, so that neither its end nor that of
 * the bridge loses one; with its number as its id an event that is sent again is kept once.
 */
import { counted } from '@upstart/common';
import type { OutgoingEvent, UpstartClient } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Operand } from '../../source.ts';

/** The pause after the servers did not take an event though there is contact. */
const RETRY_MS = 2000;

/** Resolves when the servers keep the event. Rejects with an `EventError` when it can never be sent. */
type Publish = (event: Pick<OutgoingEvent, 'name' | 'env'>, id: string) => Promise<void>;

export class Sender {
  readonly #client: Pick<UpstartClient, 'call' | 'watch'>;
  readonly #log: Log;
  readonly #operands: () => readonly Operand[];
  readonly #publish: Publish;
  #hasContact = false;
  #begun: Promise<void> | null = null;
  /** What is under way. */
  #work: Promise<void> | null = null;
  /** Whether there may be more since it began. */
  #isDue = false;
  #retry: NodeJS.Timeout | undefined;
  #logged: string | null = null;
  #isOver = false;

  constructor(
    client: Pick<UpstartClient, 'call' | 'watch'>,
    log: Log,
    operands: () => readonly Operand[],
    publish: Publish,
  ) {
    this.#client = client;
    this.#log = log;
    this.#operands = operands;
    this.#publish = publish;
  }

  /** Follows the events of init. */
  begin(): Promise<void> {
    this.#begun ??= this.#client.watch(({ event }) => {
      if (event === 'outgoing' || event === 'restarted') this.look();
    });
    return this.#begun;
  }

  /** The servers can be reached. */
  contact(): void {
    this.#hasContact = true;
    this.look();
  }

  /** Sends what there is. */
  look(): void {
    if (this.#isOver || !this.#hasContact || !this.#operands().some(({ stanza }) => stanza === 'emits cluster')) return;
    this.#isDue = true;
    this.#work ??= this.#sendAll().finally(() => {
      this.#work = null;
    });
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#retry);
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#isDue && !this.#isOver) {
        this.#isDue = false;
        await this.#sendWaiting();
      }
      this.#logged = null;
    } catch (error) {
      this.#warn(`Unable to send events to the cluster: ${textOf(error)}`);
      clearTimeout(this.#retry);
      if (!this.#isOver) this.#retry = setTimeout(() => this.look(), RETRY_MS);
    }
  }

  async #sendWaiting(): Promise<void> {
    const { events, dropped } = await this.#client.call('outgoing', {});
    // With the first one that is sent: contact alone does not mean that the servers take any.
    let untold = dropped;
    const sent = async (upTo: number): Promise<void> => {
      if (untold > 0) this.#log.warn(`${counted(untold, 'event')} not sent to the cluster: too much was waiting`);
      // Others may have been dropped meanwhile.
      this.#isDue ||= untold > 0;
      await this.#client.call('outgoingSent', { upTo, dropped: untold });
      untold = 0;
    };
    // Of one that is too long by itself nothing waits.
    if (events.length === 0 && untold > 0) await sent(0);
    for (const { id, name, env, atMs } of events) {
      if (this.#isOver) return;
      try {
        await this.#publish({ name, env }, `${atMs}.${id}`);
      } catch (error) {
        if ((error as Error).name !== 'EventError') throw error;
        this.#log.warn(`not sent to the cluster: ${textOf(error)}`);
      }
      await sent(id);
    }
  }

  #warn(text: string): void {
    if (text !== this.#logged) this.#log.warn(text);
    this.#logged = text;
  }
}
