/**
 * The events of the boot (reference: system §5): which are due as the scripts of rcS.d end. Where mountall(8) is, it emits those of file
 * systems itself. Pure.
 */
import { type Facilities, servicesOf } from './facilities.ts';
import type { Script } from './scripts.ts';

interface Milestone {
  readonly event: string;
  /** Services and facilities whose scripts have to end first. Those that are not there do not count. */
  readonly services: readonly string[];
  /** Events that come first. */
  readonly after: readonly string[];
}

const NETWORK = 'static-network-up';

const MILESTONES: readonly Milestone[] = [
  { event: 'virtual-filesystems', services: ['mountkernfs', 'mountdevsubfs'], after: [] },
  { event: 'local-filesystems', services: ['checkroot', 'checkfs', '$local_fs'], after: ['virtual-filesystems'] },
  { event: 'all-swaps', services: ['checkroot', '$local_fs', 'swap'], after: ['local-filesystems'] },
  { event: 'remote-filesystems', services: ['$remote_fs'], after: ['local-filesystems'] },
  { event: 'filesystem', services: [], after: ['all-swaps', 'remote-filesystems'] },
  { event: NETWORK, services: ['$network'], after: ['virtual-filesystems'] },
];

/** Which events are due. */
export class BootEvents {
  /** By event: the positions of the scripts that it waits for. */
  readonly #waits: Map<string, Set<number>>;
  readonly #emitted = new Set<string>();

  constructor(scripts: readonly Script[], facilities: Facilities) {
    this.#waits = new Map(MILESTONES.map(({ event, services }) => [event, positions(scripts, services, facilities)]));
    // Without a script for it the network is up when all scripts have ended.
    const network = this.#waits.get(NETWORK) as Set<number>;
    if (network.size === 0) for (const at of scripts.keys()) network.add(at);
  }

  /** The events that are due now that the script at this position has ended; null: before the first. */
  ended(at: number | null): string[] {
    if (at !== null) for (const waits of this.#waits.values()) waits.delete(at);
    const due: string[] = [];
    for (const { event, after } of MILESTONES) {
      if (this.#emitted.has(event) || (this.#waits.get(event) as Set<number>).size > 0) continue;
      if (!after.every((other) => this.#emitted.has(other))) continue;
      this.#emitted.add(event);
      due.push(event);
    }
    return due;
  }
}

function positions(scripts: readonly Script[], services: readonly string[], facilities: Facilities): Set<number> {
  const wanted = new Set(services.flatMap((service) => servicesOf(service, facilities)));
  const found = new Set<number>();
  for (const [at, { service, header }] of scripts.entries()) {
    const names = [service.replace(/\.sh$/, ''), ...(header?.provides ?? [])];
    if (names.some((name) => wanted.has(name))) found.add(at);
  }
  return found;
}
