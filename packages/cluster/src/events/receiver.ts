/**
 * Receives the events of a cluster for one host, by its durable consumer: the servers remember how far the host is, so that it gets what came
 * while it was off. They deliver one event at a time, and the next one after the host has acknowledged it, which keeps the order. It does that
 * when init has the event in its journal. An event that is delivered again has the same place in the same feed, by which init knows it.
 */
import { type JsMsg, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConnection, ConnectionLog } from '../connection/connection.ts';
import { hasLabels } from '../hosts/hosts.ts';
import { isAllowed } from '../subjects/event-names.ts';
import { Subjects } from '../subjects/subjects.ts';
import { type Answer, publishAnswer } from './answers.ts';
import { openConsumer, removeConsumer } from './consumer.ts';
import { Delivery, LOOK_MS } from './delivery.ts';
import { decodeEvent, withSender } from './event.ts';
import { Retry } from './retry.ts';
import { feedOf, openStreamToFollow } from './stream.ts';

export interface ReceivedEvent {
  readonly name: string;
  /** With the sender as the last variable. */
  readonly env: readonly string[];
  /** The host that has sent it. */
  readonly from: string;
  /** Where it stands: the same for each delivery, and rising. */
  readonly feed: string;
  readonly sequence: number;
  /** Whether the sender waits for the outcome. */
  readonly isAsked: boolean;
}

/** Resolves when the event cannot be lost any more: with the promise of its outcome. Rejects to have it delivered again. */
export type TakeEvent = (event: ReceivedEvent) => Promise<{ readonly outcome: Promise<Answer> }>;

export interface ReceiverParts {
  readonly connection: ClusterConnection;
  readonly log: ConnectionLog;
  readonly take: TakeEvent;
  /** Why no events come though there is contact; null: they do. */
  troubled(reason: string | null): void;
  /** How often to ask whether there is an event that does not come, in milliseconds. */
  readonly lookMs?: number;
}

/** Init could not take an event; the pause before the servers deliver it again. */
const REJECTED_MS = 1000;

export class EventReceiver {
  readonly #parts: ReceiverParts;
  readonly #subjects: Subjects;
  readonly #retry = new Retry();
  readonly #running: Promise<void>;
  #delivery: Delivery | null = null;
  #isOver = false;
  #feed: string | null = null;
  /** The last event of the feed that this host has had, or was there before it; null: not known yet. */
  #last: number | null = null;
  /** How many deliveries of the consumer there had been with the last one that came here, since it was opened; 0: none. */
  #deliveries = 0;
  #hasNamesake = false;
  /** The consumer was made again for the sake of this event. */
  #remadeFor = 0;
  /** The last trouble with an event that was logged. */
  #logged = '';

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
    this.#subjects = new Subjects(parts.connection.conf.cluster);
    this.#running = this.#run();
  }

  /** Ends it. With `forget` the host no longer gets what comes meanwhile. */
  async stop(forget: boolean): Promise<void> {
    this.#isOver = true;
    this.#retry.cancel();
    this.#delivery?.stop();
    const { connection } = this.#parts;
    if (!connection.isConnected) return;
    await this.#running;
    if (forget) await removeConsumer(await connection.nats(), this.#subjects, connection.conf.host).catch(() => {});
  }

  async #run(): Promise<void> {
    const { connection, troubled } = this.#parts;
    while (!this.#isOver) {
      try {
        const nats = await connection.nats();
        const stream = await openStreamToFollow(nats, connection.conf);
        const feed = this.#follow(feedOf(connection.conf.cluster, stream));
        const info = await openConsumer(nats, this.#subjects, connection.conf.host, this.#last);
        this.#last ??= info.ack_floor.stream_seq;
        this.#deliveries = 0;
        troubled(null);
        this.#delivery = await Delivery.begin({
          ...{ nats, connection, info, lookMs: this.#parts.lookMs ?? LOOK_MS, last: () => this.#last ?? 0 },
          alive: () => this.#retry.succeeded(),
          handle: (message) => this.#handle(nats, message, feed),
          stalled: (until) => this.#stalled(nats, until),
        });
        if (this.#isOver) this.#delivery.stop();
        await this.#delivery.run();
      } catch (error) {
        if (this.#isOver) return;
        if (connection.isConnected) troubled(`no events: ${(error as Error).message}`);
      }
      if (!this.#isOver) await this.#retry.pause();
    }
  }

  /** A feed in the place of another one is new to this host, with all that is in it. */
  #follow(feed: string): string {
    if (this.#feed !== null && this.#feed !== feed) this.#last = 0;
    this.#feed = feed;
    return feed;
  }

  /** Makes a consumer again that has heartbeats and does not deliver, unless an administrator wants it so. */
  async #stalled(nats: NatsConnection, until: number): Promise<boolean> {
    const { log, connection } = this.#parts;
    const { host, cluster } = connection.conf;
    const { consumers } = await jetstreamManager(nats, { checkAPI: false });
    const info = await consumers.info(this.#subjects.stream, this.#subjects.consumer(host));
    const { filter_subject, filter_subjects } = info.config;
    if (info.paused || filter_subject || filter_subjects) return false;
    // The event may have been deleted: then a new consumer knows that there is none.
    if (until === this.#remadeFor && info.num_pending === 0 && info.num_ack_pending === 0) return false;
    log.warn(`cluster ${cluster}: the servers do not deliver event ${until}; makes the consumer of ${host} again`);
    await removeConsumer(nats, this.#subjects, host);
    this.#remadeFor = until;
    return true;
  }

  async #handle(nats: NatsConnection, message: JsMsg, feed: string): Promise<void> {
    const { connection, take } = this.#parts;
    const { conf } = connection;
    this.#lookForNamesake(message);
    const sender = this.#subjects.parseEvent(message.subject);
    try {
      const decoded = sender && decodeEvent(message.string());
      if (!sender || !hasLabels(conf.labels, decoded!.to)) return this.#had(message);
      const { env, question } = decoded!;
      const answer = (given: Answer): void => {
        if (question !== null && !nats.isClosed()) publishAnswer(nats, conf, question, given);
      };
      if (!isAllowed(conf.receive, sender.name)) {
        this.#had(message);
        return answer({ result: 'rejected', text: `${conf.path} does not let ${conf.host} take ${sender.name}` });
      }
      const { outcome } = await take({
        ...{ name: sender.name, env: withSender(env, sender.host), from: sender.host },
        ...{ feed, sequence: message.seq, isAsked: question !== null },
      });
      this.#had(message);
      this.#logged = '';
      outcome.then(answer, () => {});
    } catch (error) {
      const text = (error as Error).message;
      const isBad = (error as Error).name === 'EventError';
      const line = `${isBad ? 'dropped' : 'cannot take'} the event ${message.subject}: ${text}`;
      if (line !== this.#logged && !this.#isOver) this.#parts.log.warn(line);
      this.#logged = line;
      if (isBad) this.#had(message);
      else message.nak(REJECTED_MS);
    }
  }

  /** The servers deliver one event at a time, so one that was delivered elsewhere and does not come again was taken there. */
  #lookForNamesake({ seq, info: { deliverySequence } }: JsMsg): void {
    const isSkipped = this.#deliveries > 0 && deliverySequence > this.#deliveries + 1 && seq > (this.#last ?? 0) + 1;
    this.#deliveries = deliverySequence;
    if (!isSkipped || this.#hasNamesake) return;
    this.#hasNamesake = true;
    const { cluster, host, path } = this.#parts.connection.conf;
    this.#parts.log.warn(
      `cluster ${cluster}: event ${seq - 1} went elsewhere: another host seems to be called ${host}, too; give it a line \`host\` in ${path}`,
    );
  }

  #had(message: JsMsg): void {
    this.#last = Math.max(this.#last ?? 0, message.seq);
    message.ack();
  }
}
