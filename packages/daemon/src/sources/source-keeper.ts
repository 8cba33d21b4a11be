/** Keeps upstart-bridge running while jobs need a source of events. */
import { SOURCE_NAMES, type SourceName } from '@upstart/job-language';
import type { SourceRegistration, SourceReport, SourceStatus } from '@upstart/protocol';
import {
  type Closed,
  type KeeperParts,
  type Need,
  ProgramKeeper,
  type StartedProgram,
} from '../on-demand/program-keeper.ts';
import type { Needs } from './needs.ts';

export interface SourceParts extends KeeperParts {
  /** The sources that init cannot run here. */
  readonly left: ReadonlySet<SourceName>;
  needs(): Needs;
  /** Differs when `cluster.conf` has changed, which is read when its source starts. */
  clusterConf(): string;
  /** Starts a bridge for these sources. `ended` gets how it has ended, or null if it did so in order. */
  start(sources: readonly SourceName[], ended: (how: string | null) => void): StartedProgram;
}

/** The reasons why init does not run a source. */
const SWITCHED_OFF = 'init was started with --no-sources';
const LEFT = 'it is for sessions';

export class SourceKeeper {
  readonly #parts: SourceParts;
  readonly #bridge: ProgramKeeper<SourceRegistration>;
  /** The sources of the bridge that was started last, as words. */
  #words = '';
  /** The `cluster.conf` that it has read. */
  #clusterConf = '';

  constructor(parts: SourceParts) {
    this.#parts = parts;
    this.#bridge = new ProgramKeeper(parts, {
      need: () => this.#need(parts.needs()),
      title: () => `upstart-bridge (${this.#words})`,
    });
  }

  /** Looks at the jobs that there are, and waits for a bridge from before. */
  begin(): void {
    this.#clusterConf = this.#parts.clusterConf();
    this.#bridge.begin();
  }

  /** Jobs have changed, or `cluster.conf` may have. */
  changed(): void {
    this.#bridge.changed();
  }

  /** A bridge reports its sources; `closed` calls back when its connection has ended. The value: whether it is to continue. */
  register(given: SourceRegistration, closed: Closed): boolean {
    return this.#bridge.register(given, closed);
  }

  /** The sources that jobs need, and those that run. */
  status(): SourceStatus[] {
    const { jobs, providers, always } = this.#parts.needs();
    const reports = this.#bridge.registered;
    return SOURCE_NAMES.flatMap((name): SourceStatus[] => {
      const wanting = [...(jobs.get(name) ?? [])];
      const owner = reports.find(({ sources }) => sources.some((one) => one.name === name && one.state !== 'idle'));
      const found = owner?.sources.find((one) => one.name === name);
      if (owner && found) {
        const provider = owner.managed ? 'init' : (providers.get(name) ?? 'client');
        return [{ ...report(found), provider, jobs: wanting }];
      }
      return wanting.length === 0 && !always.has(name)
        ? []
        : [{ name, ...this.#without(name, providers.get(name)), jobs: wanting }];
    });
  }

  /** The value: the pids of bridges that are in a cluster. */
  close(): number[] {
    this.#bridge.close();
    return this.#bridge.registered
      .filter(({ managed, sources }) => managed && sources.some(isCluster))
      .map(({ pid }) => pid);
  }

  /** The state of a source that nothing has reported. */
  #without(name: SourceName, provider: string | undefined): Omit<SourceStatus, 'name' | 'jobs'> {
    if (provider !== undefined) return { state: 'off', reason: null, provider };
    const off = !this.#parts.isOn ? SWITCHED_OFF : this.#parts.left.has(name) ? LEFT : null;
    if (off !== null) return { state: 'off', reason: off, provider: null };
    const { reason } = this.#bridge;
    return { state: reason === null ? 'starting' : 'failed', reason, provider: 'init' };
  }

  #need(needs: Needs): Need<SourceRegistration> {
    const names = this.#allowed(needs);
    const allowed = new Set<string>(names);
    const wanted = names.filter((name) => needs.jobs.has(name) || needs.always.has(name));
    const clusterConf = this.#parts.clusterConf();
    return {
      isWanted: wanted.length > 0,
      // One that was started when something else ran a source may lack it.
      isFit: ({ sources }) =>
        sources.every(({ name }) => allowed.has(name)) &&
        !lacksOne(sources, wanted) &&
        (clusterConf === this.#clusterConf || !sources.some(isCluster)),
      start: (ended) => {
        this.#clusterConf = clusterConf;
        this.#words = names.join(' ');
        return this.#parts.start(names, ended);
      },
    };
  }

  /** The sources that init may run: those that nothing else runs. */
  #allowed({ providers }: Needs): SourceName[] {
    const others = this.#bridge.registered.filter(({ managed }) => !managed);
    return SOURCE_NAMES.filter(
      (name) =>
        !this.#parts.left.has(name) &&
        !providers.has(name) &&
        !others.some(({ sources }) => sources.some((one) => one.name === name)),
    );
  }
}

const report = ({ name, state, reason }: SourceReport): SourceReport => ({ name, state, reason });

const lacksOne = (sources: readonly SourceReport[], wanted: readonly SourceName[]): boolean =>
  wanted.some((name) => !sources.some((one) => one.name === name));

/** Whether it is the source `cluster`, which has read its settings. */
const isCluster = ({ name, state }: SourceReport): boolean => name === 'cluster' && state !== 'idle';
