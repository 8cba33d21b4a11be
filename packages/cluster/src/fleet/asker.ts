/** Asks other hosts: requests go to their agents, and replies come back by subjects that only these hosts may publish. */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { type FleetAccess, randomId } from '@upstart/common';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { Subjects } from '../subjects/subjects.ts';
import { CONTINUE_MS, FIRST_WORD_MS, SILENT_MS, WINDOW } from './limits.ts';
import { type FleetFault, faultOf, type Reply, ReplyReader } from './reply.ts';
import { CANCEL, CONTINUE, encodeRequest } from './request.ts';

/** The host does not answer, or does not do what it is asked. */
export class FleetError extends Error {
  override name = 'FleetError';
  readonly host: string;
  /** What its agent or init says; null: nothing came. */
  readonly fault: FleetFault | null;

  constructor(host: string, text: string, fault: FleetFault | null = null) {
    super(text);
    this.host = host;
    this.fault = fault;
  }
}

/** What one host is asked. */
export interface FleetQuestion {
  readonly host: string;
  readonly access: FleetAccess;
  readonly method: string;
  readonly params: unknown;
  /** How long the answer may take, in milliseconds; absent: as long as the host says that it works on it. */
  readonly timeoutMs?: number | undefined;
}

/** What comes of a stream. */
export interface FleetReader {
  /** It has begun: nothing that happens from now on is missed. */
  begun?(): void;
  item(value: unknown): void;
  /** The asker was slow: so many items are missing here. */
  dropped(count: number): void;
}

interface Pending {
  readonly subject: string;
  readonly question: FleetQuestion;
  readonly reader: ReplyReader;
  readonly stream: FleetReader | null;
  received: number;
  confirmed: number;
  hasHeard: boolean;
  silence: NodeJS.Timeout | undefined;
  readonly late: NodeJS.Timeout | undefined;
  readonly renewal: NodeJS.Timeout | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The status by which a server says that nobody has subscribed to a subject. */
const NO_RESPONDERS = 503;

export class FleetAsker {
  readonly #nats: NatsConnection;
  readonly #conf: ClusterConf;
  readonly #uid: number;
  readonly #subjects: Subjects;
  readonly #replies: Subscription;
  readonly #pending = new Map<string, Pending>();
  #isOver = false;

  /** `uid`: the user who asks. */
  constructor(nats: NatsConnection, conf: ClusterConf, uid: number) {
    this.#nats = nats;
    this.#conf = conf;
    this.#uid = uid;
    this.#subjects = new Subjects(conf.cluster);
    const subject = this.#subjects.reply(conf.host, '*', '*');
    this.#replies = nats.subscribe(subject, {
      callback: (error, message) => {
        if (error) this.#failAll(() => `the servers do not let ${conf.host} have replies: ${error.message}`);
        else this.#take(message);
      },
    });
    void this.#followTroubles();
  }

  /** The answer. Rejects with a FleetError. */
  ask(question: FleetQuestion): Promise<unknown> {
    return this.#send(question, null).answer;
  }

  /** Follows a stream; `ended` resolves when it is over, and rejects with a FleetError. */
  follow(question: FleetQuestion, reader: FleetReader): { readonly ended: Promise<unknown>; stop(): void } {
    const { id, answer } = this.#send(question, reader);
    return {
      ended: answer,
      stop: () => {
        const pending = this.#pending.get(id);
        if (!pending) return;
        this.#tell(pending, CANCEL, id);
        this.#settle(id)?.resolve(null);
      },
    };
  }

  /** What is under way is not answered any more. */
  close(): void {
    this.#isOver = true;
    for (const [id, pending] of this.#pending) if (pending.stream) this.#tell(pending, CANCEL, id);
    this.#failAll(() => 'it is not waited for any more');
    this.#replies.unsubscribe();
  }

  #send(question: FleetQuestion, stream: FleetReader | null): { id: string; answer: Promise<unknown> } {
    const { host, access, method, params, timeoutMs } = question;
    const id = randomId();
    const subject = this.#subjects.fleet(host, this.#conf.host, `${access}.${method}`);
    const answer = new Promise<unknown>((resolve, reject) => {
      const tooLate = (): void => this.#fail(id, `no answer within ${(timeoutMs as number) / 1000} seconds`);
      this.#pending.set(id, {
        ...{ subject, question, stream, reader: new ReplyReader(), received: 0, confirmed: 0, hasHeard: false },
        silence: undefined,
        late: timeoutMs === undefined ? undefined : setTimeout(tooLate, timeoutMs),
        renewal: stream === null ? undefined : setInterval(() => this.#confirm(id), CONTINUE_MS),
        ...{ resolve, reject },
      });
    });
    this.#awaitWord(id);
    // With a reply subject the servers say at once that nobody listens.
    const reply = this.#subjects.reply(this.#conf.host, host, id);
    if (this.#isOver) this.#fail(id, 'the fleet is not asked any more');
    else this.#nats.publish(subject, encodeRequest({ id, params, uid: this.#uid }), { reply });
    return { id, answer };
  }

  #take(message: Msg): void {
    const found = this.#subjects.parseReply(this.#conf.host, message.subject);
    const pending = found && this.#pending.get(found.id);
    // The servers let each host reply in its own name only.
    if (!found || !pending || pending.question.host !== found.host) return;
    if (message.data.length === 0 && message.headers?.code === NO_RESPONDERS)
      return void this.#fail(found.id, 'it is off, or answers nobody: see `fleet` in cluster.conf(5)');
    pending.hasHeard = true;
    this.#awaitWord(found.id);
    let reply: Reply | null;
    try {
      reply = pending.reader.take(message.data);
    } catch (error) {
      return void this.#fail(found.id, (error as Error).message);
    }
    if (reply === null) return;
    try {
      this.#replied(found.id, pending, reply);
    } catch (error) {
      this.#fail(found.id, `what it sends cannot be read: ${(error as Error).message}`);
    }
  }

  #replied(id: string, pending: Pending, { kind, value }: Reply): void {
    if (kind === 'alive') pending.stream?.begun?.();
    else if (kind === 'item') {
      pending.received += 1;
      pending.stream?.item(value);
      if (pending.received - pending.confirmed >= WINDOW / 4) this.#confirm(id);
    } else if (kind === 'dropped') pending.stream?.dropped(Number(value) || 0);
    else if (kind === 'error') {
      const fault = faultOf(value);
      this.#settle(id)?.reject(new FleetError(pending.question.host, fault.text, fault));
    } else this.#settle(id)?.resolve(value);
  }

  #confirm(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.confirmed = pending.received;
    this.#tell(pending, CONTINUE, id);
  }

  #tell({ question: { host, access }, received }: Pending, what: string, id: string): void {
    if (this.#nats.isClosed()) return;
    const subject = this.#subjects.fleet(host, this.#conf.host, `${access}.${what}`);
    this.#nats.publish(subject, JSON.stringify({ id, received }));
  }

  #awaitWord(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    clearTimeout(pending.silence);
    const limitMs = pending.hasHeard ? SILENT_MS : FIRST_WORD_MS;
    const text = pending.hasHeard
      ? `it has fallen silent for ${SILENT_MS / 1000} seconds; what was asked for may be done or not`
      : `no word of it within ${FIRST_WORD_MS / 1000} seconds`;
    pending.silence = setTimeout(() => this.#fail(id, text), limitMs);
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.silence);
    clearTimeout(pending?.late);
    clearInterval(pending?.renewal);
    return pending;
  }

  #fail(id: string, text: string): void {
    const pending = this.#settle(id);
    pending?.reject(new FleetError(pending.question.host, text));
  }

  #failAll(text: (pending: Pending) => string): void {
    for (const [id, pending] of [...this.#pending]) this.#fail(id, text(pending));
  }

  /** What the servers do not allow comes beside the answers, with the subject. */
  async #followTroubles(): Promise<void> {
    for await (const status of this.#nats.status()) {
      if (this.#isOver) return;
      if (status.type === 'disconnect') this.#failAll(() => 'the connection to the servers was lost');
      if (status.type !== 'error') continue;
      const { subject } = status.error as Partial<{ subject: string }>;
      for (const [id, pending] of [...this.#pending])
        if (pending.subject === subject) {
          const what = `${pending.question.access}.${pending.question.method}`;
          this.#fail(id, `the servers do not let ${this.#conf.host} ask it for ${what}`);
        }
    }
  }
}
