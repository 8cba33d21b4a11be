/** Does to a cluster what the plan says, and takes it back. */
import { signal } from '../../chaos/proc.ts';
import type { Random } from '../../chaos/random.ts';
import type { CheckedHost } from './host.ts';
import type { Network, Node } from './network.ts';
import { type Blow, HOLDER, type Slowness, slownessText } from './plan.ts';
import type { ServerNode } from './servers.ts';

export interface Cluster {
  readonly network: Network;
  readonly servers: readonly ServerNode[];
  readonly hosts: readonly CheckedHost[];
  readonly random: Random;
  /** Which host runs the job now. */
  holder(): CheckedHost;
}

type Undo = () => Promise<unknown> | unknown;
type OnHost = (host: CheckedHost, cluster: Cluster, slowness: Slowness) => Promise<Undo>;
type OnServer = (
  server: ServerNode,
  others: readonly ServerNode[],
  cluster: Cluster,
  slowness: Slowness,
) => Promise<Undo>;

/** A day and a half; the daemons of a host go by it. */
const MOST_SECONDS = 130_000;

const NOT_SLOW: Slowness = { lossPercent: 0 };

const nothing = (): void => {};

const killed =
  (find: (host: CheckedHost) => number[]): OnHost =>
  async (host) => {
    for (const pid of find(host)) signal(pid, 'SIGKILL');
    return nothing;
  };

const stopped =
  (find: (host: CheckedHost) => number[]): OnHost =>
  async (host) => {
    const pids = find(host);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
    };
  };

const both = (host: CheckedHost): number[] => [...host.daemons(), ...host.bridges()];

const linked =
  (change: 'cut' | 'deafen' | 'mute'): OnHost =>
  async ({ node }, { network, servers }) => {
    await network[change](
      node,
      servers.map((server) => server.node),
    );
    return () => network.heal(node);
  };

async function slowed(node: Node, { network }: Cluster, slowness: Slowness): Promise<Undo> {
  if ('lossPercent' in slowness) await network.lossy(node, slowness.lossPercent);
  else await network.stretch(node, { delayMs: 0, bytesPerS: 0, ...slowness });
  return () => network.heal(node);
}

const ON_HOST: Readonly<Record<Extract<Blow, { host: number }>['kind'], OnHost>> = {
  'kill-bridge': killed((host) => host.bridges()),
  'kill-daemon': killed((host) => host.daemons()),
  'kill-both': killed(both),
  'stop-bridge': stopped((host) => host.bridges()),
  'stop-daemon': stopped((host) => host.daemons()),
  'stop-both': stopped(both),
  async power(host, { network, servers }) {
    await network.cut(
      host.node,
      servers.map(({ node }) => node),
    );
    await host.losePower();
    return async () => {
      await network.heal(host.node);
      await host.start();
    };
  },
  async clock(host, { random }) {
    host.clock.set(random.below(MOST_SECONDS, -MOST_SECONDS));
    return () => host.clock.set(0);
  },
  async 'give-back'(host) {
    await host.asks((client) => client.call('stop', { job: 'holder', env: [], wait: false })).catch(nothing);
    return () => host.startHolder();
  },
  isolate: linked('cut'),
  deaf: linked('deafen'),
  mute: linked('mute'),
  slow: ({ node }, cluster, slowness) => slowed(node, cluster, slowness),
};

const ON_SERVER: Readonly<Record<Extract<Blow, { server: number }>['kind'], OnServer>> = {
  async 'kill-server'({ server }) {
    await server.kill();
    return () => server.start();
  },
  async 'pause-server'({ server }) {
    await server.pause();
    return () => server.resume();
  },
  async 'split-server'({ node }, others, { network }) {
    await network.cut(
      node,
      others.map((other) => other.node),
    );
    return () => network.heal(node);
  },
  async 'deaf-server'({ node }, others, { network }) {
    await network.deafen(
      node,
      others.map((other) => other.node),
    );
    return () => network.heal(node);
  },
  'slow-server': ({ node }, _, cluster, slowness) => slowed(node, cluster, slowness),
  async 'kill-two-servers'(_, others) {
    for (const { server } of others) await server.kill();
    return async () => {
      for (const { server } of others) await server.start();
    };
  },
  /** One server with a half of the hosts on one side, the others with the other half. */
  async halves({ node }, others, { network, hosts }) {
    const near = hosts.filter((_, index) => index % 2 === 0);
    const far = hosts.filter((host) => !near.includes(host));
    await network.cut(
      node,
      [...others, ...far].map((other) => other.node),
    );
    for (const host of near)
      await network.cut(
        host.node,
        others.map((other) => other.node),
      );
    return async () => {
      for (const healed of [node, ...near.map((host) => host.node)]) await network.heal(healed);
    };
  },
};

/** Resolves with what was hit and how to take it back. A host without power is left alone. */
export async function strike(blow: Blow, cluster: Cluster): Promise<{ readonly name: string; readonly undo: Undo }> {
  const { slowness = NOT_SLOW } = blow;
  const text = slownessText(blow);
  if ('host' in blow) {
    const host = blow.host === HOLDER ? cluster.holder() : (cluster.hosts[blow.host] as CheckedHost);
    if (host.isOff) return { name: `${host.name} is off`, undo: nothing };
    return { name: `${blow.kind} ${host.name}${text}`, undo: await ON_HOST[blow.kind](host, cluster, slowness) };
  }
  const server = cluster.servers[blow.server] as ServerNode;
  const others = cluster.servers.filter((other) => other !== server);
  const undo = await ON_SERVER[blow.kind](server, others, cluster, slowness);
  return { name: `${blow.kind} ${server.node.name}${text}`, undo };
}
