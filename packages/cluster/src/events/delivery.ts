/**
 * The messages of a host's consumer, for as long as the servers deliver them. It ends at each sign that they may not: contact that was lost and is
 * back, heartbeats that stay away, a consumer or a stream that is missing. Then the consumer has to be opened again, which the client of the
 * servers does not do by itself within a bounded time. A consumer that has heartbeats and delivers nothing shows in the number of the stream's
 * last event, which is asked for now and then when nothing has come.
 */
import {
  type ConsumerInfo,
  type ConsumerMessages,
  type ConsumerNotification,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConnection } from '../connection/connection.ts';
import { ACKNOWLEDGE_MS } from './consumer.ts';

/**
 * How often the servers say that there is nothing, and how long one demand for events holds. A demand is lost with the server that has it,
 * which shows by two missing heartbeats.
 */
const HEARTBEAT_MS = 4000;
const DEMAND_MS = 300_000;
/** How often to ask for the last event of the stream when none came. */
export const LOOK_MS = 60_000;
/** What is there has to come within this: an event that another connection has got comes again meanwhile. */
const LATE_MS = 3 * ACKNOWLEDGE_MS;

const ENDS: ReadonlySet<ConsumerNotification['type']> = new Set([
  ...(['heartbeats_missed', 'no_responders', 'exceeded_limits'] as const),
  ...(['consumer_not_found', 'consumer_deleted', 'stream_not_found'] as const),
]);

export interface DeliveryParts {
  readonly nats: NatsConnection;
  readonly connection: ClusterConnection;
  readonly info: ConsumerInfo;
  readonly lookMs: number;
  /** The servers deliver. */
  alive(): void;
  /** Takes one message. The next one comes when it resolves. */
  handle(message: JsMsg): Promise<void>;
  /** The number of the last event that this host has had. */
  last(): number;
  /** There are events after that one, up to the number `until`, and none comes. Resolves with whether to open the consumer again. */
  stalled(until: number): Promise<boolean>;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #messages: ConsumerMessages;
  #isBusy = false;
  #isOver = false;
  #received = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(parts: DeliveryParts, messages: ConsumerMessages) {
    this.#parts = parts;
    this.#messages = messages;
  }

  static async begin(parts: DeliveryParts): Promise<Delivery> {
    const options = { max_messages: 16, expires: DEMAND_MS, idle_heartbeat: HEARTBEAT_MS };
    const consumer = jetstream(parts.nats).consumers.getConsumerFromInfo(parts.info);
    return new Delivery(parts, await consumer.consume({ ...options, abort_on_missing_resource: true }));
  }

  /** Resolves when the consumer has to be opened again, or after `stop`. Rejects with an error of the servers. */
  async run(): Promise<void> {
    const { connection, handle, alive } = this.#parts;
    let wasLost = !connection.isConnected;
    const unfollow = connection.onContact((isConnected) => {
      if (isConnected && wasLost) this.stop();
      wasLost ||= !isConnected;
    });
    void this.#endOnTrouble();
    this.#lookLater();
    try {
      for await (const message of this.#messages) {
        if (this.#isOver) break;
        this.#received += 1;
        this.#isBusy = true;
        await handle(message);
        this.#isBusy = false;
        alive();
      }
    } finally {
      this.stop();
      unfollow();
    }
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#messages.stop();
  }

  async #endOnTrouble(): Promise<void> {
    for await (const { type } of this.#messages.status()) {
      if (type === 'heartbeat') this.#parts.alive();
      if (ENDS.has(type)) return this.stop();
    }
  }

  #lookLater(): void {
    const before = this.#received;
    this.#after(this.#parts.lookMs, () => {
      if (this.#isBusy || this.#received !== before) return this.#lookLater();
      void this.#look(before);
    });
  }

  async #look(before: number): Promise<void> {
    const { nats, info, lookMs, last, stalled } = this.#parts;
    try {
      const { streams } = await jetstreamManager(nats, { checkAPI: false });
      const { state } = await streams.info(info.stream_name);
      if (state.messages === 0 || state.last_seq <= last()) return this.#lookLater();
      this.#after(Math.min(LATE_MS, lookMs), () => {
        if (this.#isBusy || this.#received !== before) return this.#lookLater();
        stalled(state.last_seq).then(
          (isToOpen) => (isToOpen ? this.stop() : this.#lookLater()),
          () => this.stop(),
        );
      });
    } catch {
      this.stop();
    }
  }

  #after(delayMs: number, due: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#isOver) this.#timer = setTimeout(due, delayMs);
  }
}
