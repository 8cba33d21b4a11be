/** Servers in memory, as far as agents and askers use them: subjects with wildcards, no permissions, and word that nobody listens. */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

type Callback = (error: Error | null, message: Msg) => void;

export interface Published {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply: string | undefined;
}

export class Bus {
  readonly published: Published[] = [];
  readonly #subscriptions = new Map<Callback, string>();
  /** Messages to these subjects are lost. */
  isLost: (subject: string) => boolean = () => false;

  /** The connection of one client. */
  readonly nats = {
    publish: (subject: string, body: string | Uint8Array = '', { reply }: { reply?: string } = {}): void => {
      const data = Buffer.from(body as string);
      this.published.push({ subject, data, reply });
      if (this.isLost(subject)) return;
      const heard = this.#deliver(subject, data, reply, undefined);
      if (!heard && reply !== undefined) this.#deliver(reply, Buffer.alloc(0), undefined, 503);
    },
    subscribe: (subject: string, { callback }: { callback: Callback }): Pick<Subscription, 'unsubscribe'> => {
      this.#subscriptions.set(callback, subject);
      return { unsubscribe: () => void this.#subscriptions.delete(callback) };
    },
    isClosed: () => false,
    async *status() {},
  } as unknown as NatsConnection;

  /** What was published to subjects that begin like this, as text. */
  texts(start: string): string[] {
    return this.published.filter(({ subject }) => subject.startsWith(start)).map(({ data }) => data.toString());
  }

  #deliver(subject: string, data: Uint8Array, reply: string | undefined, code: number | undefined): boolean {
    let isHeard = false;
    for (const [callback, pattern] of this.#subscriptions) {
      if (!matches(pattern.split('.'), subject.split('.'))) continue;
      isHeard = true;
      const message = { subject, data, reply, headers: code === undefined ? undefined : { code } };
      callback(null, message as unknown as Msg);
    }
    return isHeard;
  }
}

function matches([pattern, ...patterns]: string[], [token, ...tokens]: string[]): boolean {
  if (pattern === '>') return token !== undefined;
  if (pattern === undefined || token === undefined) return pattern === token;
  return (pattern === '*' || pattern === token) && matches(patterns, tokens);
}
