/**
 * The subjects and names that a cluster has on its servers, of which permissions are made (docs/cluster.md). Each begins with the name of the
 * cluster, and what a host publishes has the host's own name in it: a permission on that subject is its proof.
 */
import { NAME } from '../conf/cluster-conf.ts';
import { isEventName } from './event-names.ts';

const ROOT = 'upstart';

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
    return this.#parse(subject, 'events', isEventName);
  }

  /** The host that has answered, and the question; null: it is no answer. */
  parseAnswer(subject: string): { host: string; name: string } | null {
    return this.#parse(subject, 'answers', (id) => NAME.test(id));
  }

  #parse(subject: string, kind: string, isName: (text: string) => boolean): { host: string; name: string } | null {
    const start = `${this.#prefix}.${kind}.`;
    if (!subject.startsWith(start)) return null;
    const [host = '', ...tokens] = subject.slice(start.length).split('.');
    const name = tokens.join('.');
    return NAME.test(host) && isName(name) ? { host, name } : null;
  }
}
