/**
 * The agent of a host: what other hosts ask of it comes here, is checked and bounded, and reaches init. Who asks is in the subject, for
 * which the servers have the permissions; replies go to a subject made of the names of both hosts, never to one that a message names.
 */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { Subjects } from '../subjects/subjects.ts';
import { MAX_REQUESTS, MAX_REQUESTS_OF_ONE, MAX_STREAMS } from './limits.ts';
import type { FleetInit } from './ports.ts';
import type { FleetFault } from './reply.ts';
import { CANCEL, CONTINUE, decodeNote, decodeRequest, MAX_REQUEST_BYTES } from './request.ts';
import { Work } from './work.ts';

interface Asked {
  readonly sender: string;
  readonly id: string;
}

export class FleetAgent {
  readonly #conf: ClusterConf;
  readonly #init: FleetInit;
  readonly #nats: NatsConnection;
  readonly #subjects: Subjects;
  readonly #subscription: Subscription;
  /** What is under way, by asker and id. */
  readonly #underWay = new Map<string, Work>();

  constructor(nats: NatsConnection, conf: ClusterConf, init: FleetInit) {
    this.#nats = nats;
    this.#conf = conf;
    this.#init = init;
    this.#subjects = new Subjects(conf.cluster);
    this.#subscription = nats.subscribe(this.#subjects.fleetOf(conf.host), {
      callback: (error, message) => {
        if (!error) this.#take(message);
      },
    });
  }

  /** Ends what is under way. */
  stop(): void {
    this.#subscription.unsubscribe();
    for (const work of this.#underWay.values()) work.stop();
    this.#underWay.clear();
  }

  #take(message: Msg): void {
    const asked = this.#subjects.parseFleet(this.#conf.host, message.subject);
    if (!asked) return;
    const { sender, access, method } = asked;
    if (method === CANCEL || method === CONTINUE) {
      const note = decodeNote(message.data);
      const work = note && this.#underWay.get(keyOf({ sender, id: note.id }));
      if (work && method === CANCEL) work.stop();
      else if (work && note) work.continues(note.received);
      return;
    }
    const request = decodeRequest(message.data);
    // Without an id there is nothing to reply to. The asker takes its silence for that of a host that is off.
    if (!request) return void this.#answerUnreadable(sender, message);
    const work = new Work(this.#nats, this.#subjects.reply(sender, this.#conf.host, request.id));
    const fault = this.#faultOf(access, method) ?? this.#boundsOf({ sender, id: request.id }, method);
    if (fault) return void work.fail(fault);
    const key = keyOf({ sender, id: request.id });
    this.#underWay.set(key, work);
    void work
      .run(this.#init, method, request.params, `cluster host ${sender} (uid ${request.uid})`)
      .finally(() => this.#underWay.delete(key));
  }

  /** A message that is no request is answered where its reply subject is one for this sender; else it is dropped. */
  #answerUnreadable(sender: string, { reply = '' }: Msg): void {
    const { host } = this.#conf;
    const found = this.#subjects.parseReply(sender, reply);
    if (found?.host !== host) return;
    const text = `the message is no request, or longer than ${MAX_REQUEST_BYTES} bytes`;
    new Work(this.#nats, this.#subjects.reply(sender, host, found.id)).fail({ fault: 'bad', text });
  }

  #faultOf(access: string, method: string): FleetFault | null {
    const { fleet, host, path } = this.#conf;
    const kind = this.#init.kindOf(method);
    if (!kind) return { fault: 'bad', text: `there is no ${method} to ask for` };
    // The permissions of the sender are for the subject that it has used.
    if (kind.access !== access) return { fault: 'bad', text: `${method} is asked for by ${kind.access}.${method}` };
    if (fleet === 'control' || fleet === kind.access) return null;
    return { fault: 'rejected', text: `fleet ${fleet} in ${path} of ${host} does not allow it` };
  }

  #boundsOf(asked: Asked, method: string): FleetFault | null {
    const all = [...this.#underWay.keys()];
    const own = all.filter((key) => key.startsWith(`${asked.sender} `)).length;
    const streams = [...this.#underWay.values()].filter(({ isStream }) => isStream).length;
    const busy = (text: string): FleetFault => ({ fault: 'busy', text });
    if (this.#underWay.has(keyOf(asked))) return { fault: 'bad', text: 'a request of this id is under way' };
    if (all.length >= MAX_REQUESTS) return busy(`${MAX_REQUESTS} requests are under way`);
    if (own >= MAX_REQUESTS_OF_ONE) return busy(`${MAX_REQUESTS_OF_ONE} requests of ${asked.sender} are under way`);
    if (this.#init.kindOf(method)?.isStream && streams >= MAX_STREAMS)
      return busy(`${MAX_STREAMS} streams are under way`);
    return null;
  }
}

const keyOf = ({ sender, id }: Asked): string => `${sender} ${id}`;
