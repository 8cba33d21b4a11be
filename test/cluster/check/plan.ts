/** What is done to the cluster, and when: a pure function of the seed. */
import type { Random } from '../../chaos/random.ts';

/** The host that has the lease when the fault begins. */
export const HOLDER = -1;

interface OfHost {
  readonly kind:
    | ('kill-bridge' | 'kill-daemon' | 'kill-both' | 'stop-bridge' | 'stop-daemon' | 'stop-both')
    | ('power' | 'clock' | 'give-back')
    | ('isolate' | 'deaf' | 'mute' | 'slow');
  /** Which host, or `HOLDER`. */
  readonly host: number;
}

interface OfServer {
  readonly kind: 'kill-server' | 'pause-server' | 'split-server' | 'deaf-server' | 'slow-server';
  readonly server: number;
}

interface OfMany {
  readonly kind: 'kill-two-servers' | 'halves';
  /** The server that stays alone. */
  readonly server: number;
}

/** How a link is slow: it loses a part of the packets, is long, or narrow. The last two each way. */
export type Slowness = { readonly lossPercent: number } | { readonly delayMs: number } | { readonly bytesPerS: number };

export type Blow = (OfHost | OfServer | OfMany) & { readonly slowness?: Slowness };
export type Fault = Blow & { readonly atMs: number; readonly lastMs: number };

export interface Phase {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether servers and network are well meanwhile. */
  readonly isCalm: boolean;
}

export interface Plan {
  readonly phases: readonly Phase[];
  readonly faults: readonly Fault[];
  readonly lastMs: number;
}

const OF_MACHINES = [
  ...(['kill-bridge', 'kill-daemon', 'kill-both', 'stop-bridge', 'stop-daemon', 'stop-both'] as const),
  ...(['power', 'clock', 'give-back'] as const),
];
const OF_LINKS = ['isolate', 'deaf', 'mute', 'slow'] as const;
const OF_SERVERS = ['kill-server', 'pause-server', 'split-server', 'deaf-server', 'slow-server'] as const;
const OF_MANY = ['kill-two-servers', 'halves'] as const;

const SLOW: readonly ((random: Random) => Slowness)[] = [
  () => ({ lossPercent: 35 }),
  // Calls for leases are given up after 800 ms.
  (random) => ({ delayMs: random.below(600, 50) }),
  (random) => ({ bytesPerS: random.below(16_000, 1000) }),
];

const SERVERS = 3;
const PHASE_MS = 75_000;
const LONGEST_MS = 25_000;
const SHORTEST_MS = 4000;

/**
 * Faults of machines, then of links and, with `ofServers`, of servers, and so on. What is broken in one phase is well in the next.
 */
export function planOf(random: Random, lastMs: number, hosts: number, ofServers = true): Plan {
  const count = Math.max(2, Math.round(lastMs / PHASE_MS));
  const phaseMs = lastMs / count;
  const phases = Array.from({ length: count }, (_, index) => ({
    ...{ fromMs: index * phaseMs, toMs: (index + 1) * phaseMs, isCalm: index % 2 === 0 },
  }));
  const faults = phases.flatMap((phase) => faultsOf(random, phase, hosts, ofServers));
  return { phases, faults: faults.map((fault) => withSlowness(fault, random)), lastMs };
}

const withSlowness = (fault: Fault, random: Random): Fault =>
  fault.kind === 'slow' || fault.kind === 'slow-server' ? { ...fault, slowness: random.pick(SLOW)(random) } : fault;

function faultsOf(random: Random, { fromMs, toMs, isCalm }: Phase, hosts: number, ofServers: boolean): Fault[] {
  const faults: Fault[] = [];
  let atMs = fromMs + random.below(3000);
  for (;;) {
    const lastMs = random.below(LONGEST_MS, SHORTEST_MS);
    if (atMs + lastMs > toMs) return faults;
    const first = isCalm ? ofMachine(random, hosts) : ofNetwork(random, hosts, ofServers);
    faults.push({ ...first, atMs, lastMs });
    // A second one besides, on another host: most of the hosts are always well.
    const second = ofMachine(random, hosts);
    if (random.chance(0.4) && !('host' in first && first.host === second.host))
      faults.push({ ...second, atMs, lastMs });
    atMs += lastMs + random.below(8000, 2000);
  }
}

const ofMachine = (random: Random, hosts: number): OfHost => ({
  kind: random.pick(OF_MACHINES),
  host: hostOf(random, hosts),
});

function ofNetwork(random: Random, hosts: number, ofServers: boolean): Blow {
  const server = random.below(SERVERS);
  const ofLink = (): Blow => ({ kind: random.pick(OF_LINKS), host: hostOf(random, hosts) });
  if (!ofServers) return ofLink();
  return random.pick([
    ofLink,
    () => ({ kind: random.pick(OF_SERVERS), server }),
    () => ({ kind: random.pick(OF_MANY), server }),
  ])();
}

/** Half of the faults hit the host that matters most. */
const hostOf = (random: Random, hosts: number): number => (random.chance(0.5) ? HOLDER : random.below(hosts));

/** A line for people. */
export function described(fault: Fault): string {
  const { atMs, lastMs, kind } = fault;
  const target = 'host' in fault ? (fault.host === HOLDER ? 'the holder' : `h${fault.host}`) : `s${fault.server}`;
  return `at ${(atMs / 1000).toFixed(1)} s for ${(lastMs / 1000).toFixed(1)} s: ${kind} ${target}${slownessText(fault)}`;
}

/** How slow a link becomes, behind the name of the fault. */
export function slownessText({ slowness }: Blow): string {
  if (slowness === undefined) return '';
  if ('lossPercent' in slowness) return `, ${slowness.lossPercent} % lost`;
  return 'delayMs' in slowness ? `, ${slowness.delayMs} ms each way` : `, ${slowness.bytesPerS} bytes/s each way`;
}
