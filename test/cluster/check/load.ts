/** Sends events from all hosts of a cluster, and knows which of them were confirmed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../chaos/random.ts';
import type { Sent } from './history.ts';
import type { CheckedHost } from './host.ts';

/** One of so many is sent by `upstart emit --cluster`, the others by a job with `emits cluster`. */
const BY_COMMAND = 10;

/** An event as it was sent. */
interface Sending {
  readonly id: string;
  readonly host: CheckedHost;
  /** The init that has it until the servers have it; null: the servers have confirmed it. */
  readonly keeper: object | null;
  readonly isAnswered: boolean;
}

export class Load {
  readonly #event: string;
  readonly #hosts: readonly CheckedHost[];
  readonly #random: Random;
  readonly #sent: Sending[] = [];

  constructor(event: string, hosts: readonly CheckedHost[], random: Random) {
    this.#event = event;
    this.#hosts = hosts;
    this.#random = random;
  }

  /** Sends so many, evenly over the time. Resolves when each has been answered or given up. */
  async send(count: number, lastMs: number): Promise<void> {
    const begunMs = performance.now();
    const running: Promise<unknown>[] = [];
    for (let n = 0; n < count; n++) {
      await sleep(Math.max(0, begunMs + (n * lastMs) / count - performance.now()));
      const host = this.#random.pick(this.#hosts);
      const id = `${host.name}.${n}`;
      if (!host.isOff) running.push(n % BY_COMMAND === 0 ? this.#byCommand(host, id) : this.#byJob(host, id));
    }
    await Promise.all(running);
  }

  /** What init has in its journal is not lost unless its host loses its power. */
  get sent(): Sent[] {
    return this.#sent.map(({ id, host, keeper, isAnswered }) => {
      const isKept = isAnswered && (keeper === null || keeper === host.session);
      return { id, from: host.name, result: isKept ? 'kept' : 'unknown' };
    });
  }

  async #byCommand(host: CheckedHost, id: string): Promise<void> {
    const { status } = await host.run('upstart', 'emit', '--cluster', this.#event, `ID=${id}`);
    this.#sent.push({ id, host, keeper: null, isAnswered: status === 0 });
  }

  async #byJob(host: CheckedHost, id: string): Promise<void> {
    const keeper = host.session;
    const params = { name: this.#event, env: [`ID=${id}`], wait: false };
    const isAnswered = await host
      .asks((client) => client.call('emit', params))
      .then(
        () => true,
        () => false,
      );
    this.#sent.push({ id, host, keeper, isAnswered });
  }
}
