/** One run of the checker: begins a cluster, does to it what the plan says while events are sent, waits until all is well, and tells what it saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../chaos/random.ts';
import { eventually } from '../../eventually.ts';
import { type Cluster, strike } from './faults.ts';
import type { History, Span } from './history.ts';
import { CheckedHost } from './host.ts';
import { Load } from './load.ts';
import { Network } from './network.ts';
import { described, planOf } from './plan.ts';
import { idsOf, lookOn, receives, startServers } from './servers.ts';
import { Tenures } from './tenures.ts';

export interface Settings {
  readonly seed: number;
  readonly lastMs: number;
  readonly hosts: number;
  readonly events: number;
  /** How many servers keep a copy. */
  readonly replicas: number;
  /** Whether servers and what is between them are hit, too. */
  readonly ofServers: boolean;
  readonly folder: string;
}

const TTL_MS = 8000;
/** After a phase with broken servers and links, connections may take so long until they are back: see docs/cluster.md. */
const SETTLE_MS = 35_000;
const LOOK_MS = 3000;
/** So long the machine may be late without mention. */
const LATE_MS = 250;
/** An event that is delivered again comes within this. */
const QUIET_MS = 7000;
/** Nothing has moved for this long: what is missing then does not come. */
const PATIENCE_MS = 150_000;
const MOST_AHEAD_S = 5_000_000;
const EVENT = 'load';

/** As the clock of the holders counts. */
const nowMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
};

export async function run(
  { seed, lastMs, hosts: count, events, replicas, ofServers, folder }: Settings,
  say: (text: string) => void,
): Promise<History> {
  const random = new Random(seed);
  const plan = planOf(random, lastMs, count, ofServers);
  for (const fault of plan.faults) say(`planned ${described(fault)}`);
  const tenures = new Tenures(folder);
  const network = await Network.make(folder);
  const servers = await startServers(network, folder);
  const nats = await lookOn(servers);
  const urls = servers.map(({ server }) => server.url).join(' ');
  const hosts: CheckedHost[] = [];
  for (let n = 0; n < count; n++) {
    const name = `h${n}`;
    const out = `${folder}/${name}/ran`;
    hosts.push(
      new CheckedHost({
        ...{ node: await network.node(name), folder: `${folder}/${name}`, aheadS: random.below(MOST_AHEAD_S) },
        conf: `servers ${urls}\nhost ${name}\nlease ${TTL_MS / 1000}s\nreplicas ${replicas}\n`,
        jobs: {
          send: `emits cluster ${EVENT}\n`,
          ran: `start on :cluster:${EVENT} ID=* HOST=*\ntask\ninstance $ID\nexec sh -c 'echo $ID >> ${out}'\n`,
          holder: `cluster one main\nkill timeout 1\nexec ${tenures.program} ${tenures.folder} ${name} $UPSTART_LEASE\n`,
        },
      }),
    );
  }
  await Promise.all(hosts.map((host) => host.start()));
  for (const { name } of hosts) await receives(nats, name);
  const current = () => {
    const last = tenures.list().at(-1);
    return hosts.find(({ name }) => name === last?.host);
  };
  await eventually('a holder', () => current());
  const cluster: Cluster = { network, servers, hosts, random, holder: () => current() as CheckedHost };

  const begunMs = nowMs();
  const at = (): string => `${((nowMs() - begunMs) / 1000).toFixed(1).padStart(6)} s`;
  const faults: string[] = [];
  const note = (text: string): void => {
    faults.push(`${at()}  ${text}`);
    say(`${at()}  ${text}`);
  };
  const watch = new Watch(hosts);
  const load = new Load(EVENT, hosts, new Random(seed + 1));
  const sending = load.send(events, lastMs);
  const waits = plan.faults.map(async (fault) => {
    await sleep(Math.max(0, begunMs + fault.atMs - nowMs()));
    const { name, undo } = await strike(fault, cluster);
    note(name);
    await sleep(fault.lastMs);
    await undo();
    note(`${name}: over`);
  });
  await Promise.all([sending, ...waits]);
  say(`${at()}  all is well; waiting for what is under way`);

  await settled(hosts, nats);
  say(`${at()}  waiting for a holder`);
  // Without one the judge complains.
  const isHeld = () => nowMs() - (tenures.list().at(-1)?.toMs ?? 0) < LOOK_MS;
  await eventually('a holder at the end', isHeld, 2 * SETTLE_MS).catch(() => {});
  await sleep(QUIET_MS);
  const states = await Promise.all(hosts.map((host) => host.state()));
  await watch.end();
  const endMs = nowMs();
  const settledMs = (ms: number): number => begunMs + ms + (ms > 0 ? SETTLE_MS : 0);
  const calm = [
    ...plan.phases
      .filter(({ isCalm }) => isCalm)
      .map(({ fromMs, toMs }) => ({ fromMs: settledMs(fromMs), toMs: begunMs + toMs })),
    { fromMs: settledMs(lastMs), toMs: endMs },
  ];
  const history: History = {
    ...{ seed, faults, states, sent: load.sent, stream: await idsOf(nats), hosts: hosts.map((host) => host.record()) },
    ...{ tenures: tenures.list(), calm, pauses: watch.pauses, endMs, ttlMs: TTL_MS },
  };
  say(`${at()}  ending`);
  await Promise.all(hosts.map((host) => host.end()));
  await nats.close();
  await Promise.all(servers.map(({ server }) => server.kill()));
  return history;
}

/** Waits until all inits have sent what they had to, and all hosts have run what is in the stream, or nothing moves any more. */
async function settled(hosts: readonly CheckedHost[], nats: Parameters<typeof idsOf>[0]): Promise<void> {
  let before = '';
  let movedMs = nowMs();
  for (;;) {
    const waiting = await Promise.all(
      hosts.map((host) =>
        host
          .asks((client) => client.call('outgoing', {}))
          .then(
            ({ events }) => events.length,
            () => -1,
          ),
      ),
    );
    const ids = await idsOf(nats);
    const ran = hosts.map((host) => new Set(host.record().ran.flat()));
    const missing = ran.map((set) => ids.filter((id) => !set.has(id)).length);
    if ([...waiting, ...missing].every((count) => count === 0)) return;
    const now = JSON.stringify([waiting, missing]);
    if (now !== before) movedMs = nowMs();
    if (nowMs() - movedMs > PATIENCE_MS) return;
    before = now;
    await sleep(LOOK_MS);
  }
}

/** Looks at the histories of the hosts now and then, and at the machine: when it stands still. */
class Watch {
  readonly pauses: Span[] = [];
  readonly #hosts: readonly CheckedHost[];
  readonly #heart: NodeJS.Timeout;
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(hosts: readonly CheckedHost[]) {
    this.#hosts = hosts;
    let lastMs = nowMs();
    this.#heart = setInterval(() => {
      const now = nowMs();
      if (now - lastMs > LATE_MS) this.pauses.push({ fromMs: lastMs, toMs: now });
      lastMs = now;
    }, LATE_MS / 5);
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
    clearInterval(this.#heart);
  }

  async #run(): Promise<void> {
    for (let isLast = false; !isLast; ) {
      isLast = this.#isOver;
      for (const host of this.#hosts) await host.lookAtHistory(`:cluster:${EVENT}`).catch(() => {});
      if (!this.#isOver) await sleep(LOOK_MS);
    }
  }
}
