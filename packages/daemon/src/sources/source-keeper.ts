/**
 * Keeps upstart-bridge running while jobs need a source of events. It is a client like any other: it outlives the daemon, and the next one
 * waits for it to report its sources before it starts another.
 */
import { SOURCE_NAMES, type SourceName } from '@upstart/job-language';
import type { SourceRegistration, SourceReport, SourceStatus } from '@upstart/protocol';
import type { Needs } from './needs.ts';

/** A bridge that has been started. */
export interface StartedBridge {
  end(): void;
}

export interface KeeperParts {
  /** Whether init runs sources at all. */
  readonly isOn: boolean;
  readonly version: string;
  /** The sources that init cannot run here. */
  readonly left: ReadonlySet<SourceName>;
  /** How long a bridge from before may take to report, in milliseconds; 0: there is none. */
  readonly graceMs: number;
  needs(): Needs;
  /** Starts a bridge for these sources. `ended` gets how it has ended, or null if it did so in order. */
  start(sources: readonly SourceName[], ended: (how: string | null) => void): StartedBridge;
  /** Asks the process of a bridge from before to end. */
  end(pid: number): void;
  warn(text: string): void;
  nowMs(): number;
  after(delayMs: number, due: () => void): () => void;
}

/** The pause before a bridge that has ended is started again: twice as long each time, up to the last. */
export const FIRST_PAUSE_MS = 1000;
export const LAST_PAUSE_MS = 60_000;
/** The pause after somebody else has asked it to end: at a shutdown all processes are, and must not come back. */
export const DISMISSED_PAUSE_MS = 30_000;
/** The reasons why init does not run a source. */
const SWITCHED_OFF = 'init was started with --no-sources';
const LEFT = 'it is for sessions';

/** Having run this long it may end again at once. */
const STEADY_MS = 60_000;

export class SourceKeeper {
  readonly #parts: KeeperParts;
  readonly #registered = new Map<object, SourceRegistration>();
  #bridge: StartedBridge | null = null;
  /** The sources of the bridge that runs, as words. */
  #words = '';
  #startedMs = 0;
  #pauseMs = FIRST_PAUSE_MS;
  /** Why the last bridge has ended. */
  #reason: string | null = null;
  #cancel: (() => void) | null = null;
  /** Whether this keeper has asked a bridge to end. */
  #hasAsked = false;
  #isDue = false;
  #isOver = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Looks at the jobs that there are, and waits for a bridge from before. */
  begin(): void {
    if (!this.#parts.isOn) return;
    if (this.#parts.graceMs > 0 && this.#wanted(this.#parts.needs()).length > 0) this.#lookAfter(this.#parts.graceMs);
    else this.#look();
  }

  /** Jobs have changed. */
  changed(): void {
    if (!this.#parts.isOn || this.#isDue || this.#isOver) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#look();
    });
  }

  /** A bridge reports its sources; `closed` calls back when its connection has ended. The value: whether it is to continue. */
  register(given: SourceRegistration, closed: (done: () => void) => void): boolean {
    if (given.managed && (given.version !== this.#parts.version || !this.#parts.isOn)) return false;
    const key = {};
    for (const [other, { pid }] of this.#registered) if (pid === given.pid) this.#registered.delete(other);
    this.#registered.set(key, given);
    closed(() => {
      if (this.#registered.delete(key)) this.changed();
    });
    this.changed();
    return true;
  }

  /** The sources that jobs need, and those that run. */
  status(): SourceStatus[] {
    const { jobs, providers } = this.#parts.needs();
    const reports = [...this.#registered.values()];
    return SOURCE_NAMES.flatMap((name): SourceStatus[] => {
      const wanting = [...(jobs.get(name) ?? [])];
      const owner = reports.find(({ sources }) => sources.some((one) => one.name === name && one.state !== 'idle'));
      const found = owner?.sources.find((one) => one.name === name);
      if (owner && found) {
        const provider = owner.managed ? 'init' : (providers.get(name) ?? 'client');
        return [{ ...report(found), provider, jobs: wanting }];
      }
      return wanting.length === 0 ? [] : [{ name, ...this.#without(name, providers.get(name)), jobs: wanting }];
    });
  }

  close(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#bridge?.end();
  }

  /** The state of a source that nothing has reported. */
  #without(name: SourceName, provider: string | undefined): Omit<SourceStatus, 'name' | 'jobs'> {
    if (provider !== undefined) return { state: 'off', reason: null, provider };
    const off = !this.#parts.isOn ? SWITCHED_OFF : this.#parts.left.has(name) ? LEFT : null;
    if (off !== null) return { state: 'off', reason: off, provider: null };
    return { state: this.#reason === null ? 'starting' : 'failed', reason: this.#reason, provider: 'init' };
  }

  /** The sources that init is to run: those that are needed, and that nothing else runs. */
  #wanted(needs: Needs): SourceName[] {
    return this.#allowed(needs).filter((name) => needs.jobs.has(name));
  }

  #allowed({ providers }: Needs): SourceName[] {
    const others = [...this.#registered.values()].filter(({ managed }) => !managed);
    return SOURCE_NAMES.filter(
      (name) =>
        !this.#parts.left.has(name) &&
        !providers.has(name) &&
        !others.some(({ sources }) => sources.some((one) => one.name === name)),
    );
  }

  #look(): void {
    if (this.#isOver) return;
    // Once for all questions: it reads the conditions of all jobs.
    const needs = this.#parts.needs();
    const names = this.#allowed(needs);
    const wanted = this.#wanted(needs);
    const allowed = new Set<string>(names);
    const managed = [...this.#registered.values()].filter((one) => one.managed);
    // One that was started when something else ran a source may lack it.
    for (const { pid, sources } of managed)
      if (sources.some(({ name }) => !allowed.has(name)) || lacksOne(sources, wanted)) {
        this.#hasAsked = true;
        this.#parts.end(pid);
      }
    if (this.#bridge !== null || managed.length > 0 || this.#cancel !== null || wanted.length === 0) return;
    this.#words = names.join(' ');
    this.#startedMs = this.#parts.nowMs();
    this.#bridge = this.#parts.start(names, (how) => this.#ended(how));
  }

  #lookAfter(delayMs: number): void {
    this.#cancel = this.#parts.after(delayMs, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  /** The bridge has ended: null, as it was asked to or because nothing needed it. */
  #ended(how: string | null): void {
    this.#bridge = null;
    if (this.#isOver) return;
    if (how === null) {
      const isAnothersWish = !this.#hasAsked && this.#wanted(this.#parts.needs()).length > 0;
      this.#hasAsked = false;
      this.#reason = null;
      if (isAnothersWish) this.#lookAfter(DISMISSED_PAUSE_MS);
      else this.changed();
      return;
    }
    if (this.#parts.nowMs() - this.#startedMs >= STEADY_MS) this.#pauseMs = FIRST_PAUSE_MS;
    // The same reason again is not worth another line.
    if (how !== this.#reason) this.#parts.warn(`upstart-bridge (${this.#words}) ${how}; it is started again`);
    this.#reason = how;
    this.#lookAfter(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
  }
}

const report = ({ name, state, reason }: SourceReport): SourceReport => ({ name, state, reason });

const lacksOne = (sources: readonly SourceReport[], wanted: readonly SourceName[]): boolean =>
  wanted.some((name) => !sources.some((one) => one.name === name));
