/** An agent, its init and askers, on servers in memory. */
import { parseClusterConf } from '../../conf/read-conf.ts';
import { FleetAgent } from '../agent.ts';
import { FleetAsker, type FleetError } from '../asker.ts';
import { Bus } from './bus.ts';
import { TestInit } from './init.ts';

const conf = (host: string, fleet = 'control') =>
  parseClusterConf('cluster.conf', `servers a\nhost ${host}\nfleet ${fleet}`, host);
/** Lets what is due happen. */
export const turn = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

export class World {
  readonly bus = new Bus();
  readonly init = new TestInit();
  readonly agent: FleetAgent;
  readonly asker: FleetAsker;

  constructor(fleet = 'control') {
    this.agent = new FleetAgent(this.bus.nats, conf('web1', fleet), this.init);
    this.asker = this.askerOf('admin');
  }

  askerOf(host: string): FleetAsker {
    return new FleetAsker(this.bus.nats, conf(host), 1000);
  }

  /** The answer, or what is wrong. */
  async ask(
    method: string,
    params: unknown,
    access: 'read' | 'control' = 'read',
    asker = this.asker,
  ): Promise<unknown> {
    const question = { host: 'web1', access, method, params };
    return await asker.ask(question).catch((error: FleetError) => `${error.fault?.fault ?? 'none'}: ${error.message}`);
  }

  raw(what: string, body: string | Uint8Array, sender = 'admin', reply?: string): void {
    this.bus.nats.publish(`upstart.main.fleet.web1.${sender}.${what}`, body, reply === undefined ? {} : { reply });
  }

  follow(asker = this.asker) {
    const items: unknown[] = [];
    const stream = asker.follow(
      { host: 'web1', access: 'read', method: 'watch', params: {} },
      { item: (value) => void items.push(value), dropped: (count) => void items.push(`${count} dropped`) },
    );
    const outcome = stream.ended.then(
      () => 'ended',
      (error: Error) => error.message,
    );
    return { items, outcome, stop: () => stream.stop() };
  }
}
