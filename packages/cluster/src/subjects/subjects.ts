/**
 * The subjects and names that a cluster has on its servers, of which permissions are made (docs/cluster.md). Each begins with the name of the
 * cluster, and what a host publishes has the host's own name in it: a permission on that subject is its proof.
 */
import { isClusterEvent } from '@upstart/common';
import { NAME } from '../conf/cluster-conf.ts';

const ROOT = 'upstart';
const METHOD = /^[A-Za-z]{1,32}$/;

export class Subjects {
  readonly #prefix: string;
  /** The stream of events. */
  readonly stream: string;
  /** All its subjects. */
  readonly events: string;
  /** The bucket with the hosts that are known, by name. */
  readonly hosts: string;
  /** The bucket with the leases. */
  readonly leases: string;

  constructor(cluster: string) {
    this.#prefix = `${ROOT}.${cluster}`;
    this.stream = `upstart_${cluster}_events`;
    this.events = `${this.#prefix}.events.>`;
    this.hosts = `upstart_${cluster}_hosts`;
    this.leases = `upstart_${cluster}_leases`;
  }

  /** `host` sends the event `name`. */
  event(host: string, name: string): string {
    return `${this.#prefix}.events.${host}.${name}`;
  }

  /** `host` answers the question `id`. With `*` as the host: the answers of all. */
  answer(host: string, id: string): string {
    return `${this.#prefix}.answers.${host}.${id}`;
  }

  /** `sender` asks `host` something of the fleet, such as `read.list`. */
  fleet(host: string, sender: string, what: string): string {
    return `${this.#prefix}.fleet.${host}.${sender}.${what}`;
  }

  /** All that `host` is asked. */
  fleetOf(host: string): string {
    return `${this.#prefix}.fleet.${host}.>`;
  }

  /** `host` replies to the request `id` of `asker`. With `*` for host and id: all replies to `asker`. */
  reply(asker: string, host: string, id: string): string {
    return `${this.#prefix}.replies.${asker}.${host}.${id}`;
  }

  /** Where answers of the servers come to `host`: apart from those of others, which it need not be able to read. */
  inbox(host: string): string {
    return `_INBOX_${host}`;
  }

  /** The durable consumer of a host. */
  consumer(host: string): string {
    return `host_${host}`;
  }

  /** The sender and the name of an event by its subject; null: it is none. */
  parseEvent(subject: string): { host: string; name: string } | null {
    return this.#parse(subject, 'events', isClusterEvent);
  }

  /** The host that has answered, and the question; null: it is no answer. */
  parseAnswer(subject: string): { host: string; name: string } | null {
    return this.#parse(subject, 'answers', (id) => NAME.test(id));
  }

  /** Who asks `host` what; null: it is no question to that host. */
  parseFleet(host: string, subject: string): { sender: string; access: string; method: string } | null {
    const start = this.fleet(host, '', '').slice(0, -1);
    if (!subject.startsWith(start)) return null;
    const [sender = '', access = '', method = '', ...rest] = subject.slice(start.length).split('.');
    return NAME.test(sender) && METHOD.test(method) && rest.length === 0 ? { sender, access, method } : null;
  }

  /** The host that replies to `asker`, and to which request; null: it is no such reply. */
  parseReply(asker: string, subject: string): { host: string; id: string } | null {
    const start = this.reply(asker, '', '').slice(0, -1);
    if (!subject.startsWith(start)) return null;
    const [host = '', id = '', ...rest] = subject.slice(start.length).split('.');
    return NAME.test(host) && NAME.test(id) && rest.length === 0 ? { host, id } : null;
  }

  #parse(subject: string, kind: string, isName: (text: string) => boolean): { host: string; name: string } | null {
    const start = `${this.#prefix}.${kind}.`;
    if (!subject.startsWith(start)) return null;
    const [host = '', ...tokens] = subject.slice(start.length).split('.');
    const name = tokens.join('.');
    return NAME.test(host) && isName(name) ? { host, name } : null;
  }
}
