/**
 * Receives the events of a cluster for one host, by its durable consumer: the servers remember how far the host is, so that it gets what came
 * while it was off. They deliver one event at a time, and the next one after the host has acknowledged it, which keeps the order. It does that
 * when init has the event in its journal. An event that is delivered again has the same place in the same feed, by which init knows it.
 */
import {
  AckPolicy,
  type ConsumerInfo,
  type ConsumerMessages,
  DeliverPolicy,
  JetStreamApiCodes,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { ClusterConnection, ConnectionLog } from '../connection/connection.ts';
import { hasLabels } from '../hosts/hosts.ts';
import { isAllowed } from '../subjects/event-names.ts';
import { Subjects } from '../subjects/subjects.ts';
import { type Answer, publishAnswer } from './answers.ts';
import { decodeEvent, withSender } from './event.ts';
import { Retry } from './retry.ts';
import { hasCode, openStream } from './stream.ts';

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
}

/** An event that was not acknowledged comes again after this, when its bridge has ended meanwhile. */
const ACKNOWLEDGE_MS = 5000;
/**
 * How often the servers say that there is nothing, and how long one demand for events holds. A demand is lost with the server that has it,
 * which shows by two missing heartbeats: then there is another one.
 */
const HEARTBEAT_MS = 4000;
const DEMAND_MS = 300_000;
/** Init could not take an event; the pause before the servers deliver it again. */
const REJECTED_MS = 1000;

export class EventReceiver {
  readonly #parts: ReceiverParts;
  readonly #subjects: Subjects;
  readonly #retry = new Retry();
  readonly #running: Promise<void>;
  #messages: ConsumerMessages | null = null;
  #isOver = false;
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
    this.#messages?.stop();
    const { connection } = this.#parts;
    if (!connection.isConnected) return;
    await this.#running;
    if (!forget) return;
    const { consumers } = await jetstreamManager(await connection.nats(), { checkAPI: false });
    await consumers.delete(this.#subjects.stream, this.#subjects.consumer(connection.conf.host)).catch(() => {});
  }

  async #run(): Promise<void> {
    const { connection, troubled } = this.#parts;
    while (!this.#isOver) {
      try {
        const nats = await connection.nats();
        const { created } = await openStream(nats, connection.conf);
        const info = await this.#consumer(nats);
        troubled(null);
        this.#retry.succeeded();
        await this.#receive(nats, info, `cluster ${connection.conf.cluster} ${created}`);
      } catch (error) {
        if (this.#isOver) return;
        if (connection.isConnected) troubled(`no events: ${(error as Error).message}`);
      }
      if (!this.#isOver) await this.#retry.pause();
    }
  }

  async #consumer(nats: NatsConnection): Promise<ConsumerInfo> {
    const { consumers } = await jetstreamManager(nats, { checkAPI: false });
    const { stream } = this.#subjects;
    const { host } = this.#parts.connection.conf;
    const name = this.#subjects.consumer(host);
    try {
      return await consumers.info(stream, name);
    } catch (error) {
      if (!hasCode(error, JetStreamApiCodes.ConsumerNotFound)) throw error;
    }
    return await consumers.add(stream, {
      ...{ durable_name: name, description: `Upstart on ${host}`, deliver_policy: DeliverPolicy.New },
      ...{ ack_policy: AckPolicy.Explicit, ack_wait: nanos(ACKNOWLEDGE_MS), max_ack_pending: 1, max_deliver: -1 },
    });
  }

  /** Resolves when the consumer has to be opened again. */
  async #receive(nats: NatsConnection, info: ConsumerInfo, feed: string): Promise<void> {
    const messages = await jetstream(nats)
      .consumers.getConsumerFromInfo(info)
      .consume({ max_messages: 16, expires: DEMAND_MS, idle_heartbeat: HEARTBEAT_MS, abort_on_missing_resource: true });
    this.#messages = messages;
    if (this.#isOver) messages.stop();
    for await (const message of messages) {
      if (this.#isOver) break;
      await this.#handle(nats, message, feed);
    }
  }

  async #handle(nats: NatsConnection, message: JsMsg, feed: string): Promise<void> {
    const { connection, take } = this.#parts;
    const { conf } = connection;
    const sender = this.#subjects.parseEvent(message.subject);
    try {
      const decoded = sender && decodeEvent(message.string());
      if (!sender || !hasLabels(conf.labels, decoded!.to)) return message.ack();
      const { env, question } = decoded!;
      const answer = (given: Answer): void => {
        if (question !== null && !nats.isClosed()) publishAnswer(nats, conf, question, given);
      };
      if (!isAllowed(conf.receive, sender.name)) {
        message.ack();
        return answer({ result: 'rejected', text: `${conf.path} does not let ${conf.host} take ${sender.name}` });
      }
      const { outcome } = await take({
        ...{ name: sender.name, env: withSender(env, sender.host), from: sender.host },
        ...{ feed, sequence: message.seq, isAsked: question !== null },
      });
      message.ack();
      this.#logged = '';
      outcome.then(answer, () => {});
    } catch (error) {
      const text = (error as Error).message;
      const isBad = (error as Error).name === 'EventError';
      const line = `${isBad ? 'dropped' : 'cannot take'} the event ${message.subject}: ${text}`;
      if (line !== this.#logged && !this.#isOver) this.#parts.log.warn(line);
      this.#logged = line;
      if (isBad) message.term();
      else message.nak(REJECTED_MS);
    }
  }
}
