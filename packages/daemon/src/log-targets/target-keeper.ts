/** Keeps the log shipper running while upstart.conf or a job has a target of logs. */
import { type JobDefinition, targetNamesOf } from '@upstart/job-language';
import type { LogShipperRegistration, LogTargetStatus } from '@upstart/protocol';
import { type Closed, type KeeperParts, ProgramKeeper, type StartedProgram } from '../on-demand/program-keeper.ts';
import { namedTargets } from './needs.ts';

export interface TargetParts extends KeeperParts {
  /** The targets of upstart.conf, as that has them. */
  readonly given: readonly string[];
  /** The names of all targets. */
  wanted(): ReadonlySet<string>;
  /** Starts the log shipper. `ended` gets how it has ended, or null if it did so in order. */
  start(ended: (how: string | null) => void): StartedProgram;
}

const SWITCHED_OFF = 'init was started with --no-log';

export class TargetKeeper {
  readonly #parts: TargetParts;
  readonly #shipper: ProgramKeeper<LogShipperRegistration>;

  constructor(parts: TargetParts) {
    this.#parts = parts;
    this.#shipper = new ProgramKeeper(parts, {
      need: () => {
        const isWanted = parts.wanted().size > 0;
        return { isWanted, isFit: () => isWanted, start: (ended) => parts.start(ended) };
      },
      title: () => 'upstart-log-shipper',
    });
  }

  begin(): void {
    this.#shipper.begin();
  }

  /** Jobs have changed. */
  changed(): void {
    this.#shipper.changed();
  }

  /** The log shipper reports its targets. The value: whether it is to continue, and the targets of upstart.conf. */
  register(given: LogShipperRegistration, closed: Closed): { stay: boolean; targets: string[] } {
    return { stay: this.#shipper.register(given, closed), targets: [...this.#parts.given] };
  }

  status(): LogTargetStatus[] {
    const reports = new Map(this.#shipper.registered.flatMap(({ targets }) => targets.map((one) => [one.name, one])));
    return [...this.#parts.wanted()].map((name) => reports.get(name) ?? { name, ...this.#without() });
  }

  /** The targets of a job. */
  ofJob({ name, logTo }: Pick<JobDefinition, 'name' | 'logTo'>): LogTargetStatus[] {
    if (logTo.length === 0 && this.#parts.given.length === 0) return [];
    const names = new Set(targetNamesOf(name, logTo, namedTargets(this.#parts.given)));
    return this.status().filter((target) => names.has(target.name));
  }

  close(): void {
    this.#shipper.close();
  }

  #without(): Omit<LogTargetStatus, 'name'> {
    const none = { sentLines: 0, droppedBytes: 0, failures: 0, backlogBytes: 0 };
    if (!this.#parts.isOn) return { state: 'off', reason: SWITCHED_OFF, ...none };
    const { reason } = this.#shipper;
    return { state: reason === null ? 'starting' : 'failed', reason, ...none };
  }
}
