/** All targets: which there are, which logs go to each, and what init gets to know of it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VERSION } from '@upstart/common';
import { fileName, LOG_SUFFIX, logOf, ownerOf } from '@upstart/log-reader';
import type { JobConfig, LogTargetReport, Notification, UpstartClient } from '@upstart/protocol';
import type { Followed } from './batch.ts';
import { Delivery } from './delivery.ts';
import { LogFolder } from './folder.ts';
import { type PlannedTarget, planOf } from './plan.ts';
import { readKept, removeOld, writeKept } from './reading/positions.ts';
import { Tail, UNFINISHED_MS } from './reading/tail.ts';
import type { SenderMaker } from './senders/make-sender.ts';

/** Changes of jobs that come so close together are one. */
const GATHER_MS = 100;
/** Numbers that change all the time are reported so often. */
const REPORT_MS = 2000;
/** At the end, targets have so long to take what is left. */
const DRAIN_MS = 2000;

export interface ShipperParts {
  readonly client: UpstartClient;
  readonly makeSender: SenderMaker;
  /** When init was started, in milliseconds since the epoch: a new target gets output from then on. */
  readonly initStartMs: number;
  readonly isManaged: boolean;
  warn(text: string): void;
}

interface Running {
  readonly settings: string;
  /** Of a log without a position, output from then on is sent. */
  readonly sinceMs: number;
  readonly logs: Map<string, Followed>;
  readonly delivery: Delivery;
}

export class Shipper {
  readonly #parts: ShipperParts;
  readonly #running = new Map<string, Running>();
  #plan: readonly PlannedTarget[] = [];
  #failed: LogTargetReport[] = [];
  #given: readonly string[] = [];
  #folder: { readonly path: string; readonly watch: LogFolder } | null = null;
  #jobs: readonly JobConfig[] = [];
  #refreshing: NodeJS.Timeout | undefined;
  #reporting: NodeJS.Timeout | undefined;
  #reported = '';
  #dismiss: () => void = () => {};
  readonly dismissed: Promise<void>;

  constructor(parts: ShipperParts) {
    this.#parts = parts;
    this.dismissed = new Promise((resolve) => {
      this.#dismiss = resolve;
    });
  }

  async begin(ended: (reason: Error | null) => void): Promise<void> {
    const take = ({ event }: Notification): void => {
      if (event === 'restarted') this.#reported = '';
      if (event === 'job-added' || event === 'job-removed' || event === 'restarted')
        this.#refreshing ??= setTimeout(() => void this.#refresh(), GATHER_MS);
    };
    await this.#parts.client.watch(take, ended);
    await this.#register();
    await this.#refresh();
  }

  /** Sends what is left, as far as targets take it at once. */
  async end(): Promise<void> {
    clearTimeout(this.#refreshing);
    clearTimeout(this.#reporting);
    this.#look();
    const drained = Promise.all([...this.#running.values()].map(({ delivery }) => delivery.drained()));
    await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
    this.#folder?.watch.close();
    await Promise.all([...this.#running.values()].map(({ delivery }) => delivery.close()));
  }

  /** Reads the definitions of all jobs, and starts and ends targets. */
  async #refresh(): Promise<void> {
    this.#refreshing = undefined;
    try {
      this.#jobs = await this.#parts.client.call('config', { job: null });
      const [first] = this.#jobs;
      if (first !== undefined && this.#folder === null) {
        const path = dirname(await this.#parts.client.call('logPath', { job: first.job, instance: '' }));
        this.#folder = { path, watch: new LogFolder(path, () => this.#look()) };
      }
      await this.#follow();
    } catch (error) {
      this.#parts.warn(`unable to read the jobs: ${(error as Error).message}`);
    }
  }

  async #follow(): Promise<void> {
    if (this.#folder === null) return;
    this.#plan = [...planOf(this.#given, this.#jobs).values()];
    const known = new Set(this.#failed.map(({ name }) => name));
    this.#failed = this.#plan.filter(({ target }) => target === null).map(({ name }) => unknownTarget(name));
    for (const { name, reason } of this.#failed) if (!known.has(name)) this.#parts.warn(`${name}: ${reason}`);
    const wanted = new Map(this.#plan.map((planned) => [planned.name, JSON.stringify(planned.target)]));
    for (const [name, { settings, delivery }] of this.#running)
      if (wanted.get(name) !== settings) {
        this.#running.delete(name);
        await delivery.close();
      }
    for (const planned of this.#plan) if (!this.#running.has(planned.name)) this.#start(planned, this.#folder.path);
    removeOld(this.#folder.path, new Set(this.#plan.map(({ name }) => stateName(name))));
    this.#look();
    this.#changed();
  }

  #start({ name, target }: PlannedTarget, folder: string): void {
    if (target === null) return;
    const kept = readKept(folder, stateName(name)) ?? { sinceMs: this.#parts.initStartMs, logs: {} };
    const isThere = new Set(labelsIn(folder));
    const positions = new Map(Object.entries(kept.logs).filter(([label]) => isThere.has(label)));
    const logs = new Map<string, Followed>();
    const { sinceMs } = kept;
    const delivery = new Delivery(
      {
        ...{ name, sender: this.#parts.makeSender(target), queueBytes: target.queueBytes, warn: this.#parts.warn },
        logs: () => logs.values(),
        save: (positions) => writeKept(folder, stateName(name), { sinceMs, logs: Object.fromEntries(positions) }),
        idle: () => this.#awaitUnfinished(logs.values()),
        changed: () => this.#changed(),
      },
      positions,
    );
    this.#running.set(name, { settings: JSON.stringify(target), sinceMs, logs, delivery });
  }

  /** Finds the logs of all targets, and has new output sent. */
  #look(): void {
    if (this.#folder === null) return;
    const jobOf = new Map(this.#jobs.map(({ job }) => [fileName(job), job]));
    const owners = labelsIn(this.#folder.path).map((label) => ({ label, owner: ownerIn(label, jobOf) }));
    for (const planned of this.#plan) {
      const running = this.#running.get(planned.name);
      if (running === undefined) continue;
      const isThere = new Set<string>();
      for (const { label, owner } of owners) {
        const labels = planned.jobs.get(jobOf.get(owner) ?? '');
        if (labels === undefined) continue;
        isThere.add(label);
        this.#followLog(running, label, jobOf.get(owner) as string, label.slice(owner.length + 1), labels);
      }
      for (const label of running.logs.keys()) if (!isThere.has(label)) running.logs.delete(label);
      running.delivery.look();
    }
  }

  /** A line without an end is sent after a while. */
  #awaitUnfinished(logs: Iterable<Followed>): void {
    if ([...logs].some(({ tail }) => tail.hasUnfinished)) this.#folder?.watch.later(UNFINISHED_MS);
  }

  #followLog(running: Running, label: string, job: string, instance: string, labels: readonly string[]): void {
    const { logs, sinceMs, delivery } = running;
    const known = logs.get(label);
    if (known !== undefined && known.job === job && known.labels === labels) return;
    const log = { label, path: join(this.#folder?.path ?? '', `${label}${LOG_SUFFIX}`) };
    const position = delivery.positionOf(label) ?? null;
    const tail =
      known?.tail ??
      new Tail(log, position, {
        sinceMs,
        dropped: (bytes) => delivery.dropped(bytes),
        failed: (path, error) => delivery.unreadable(path, error),
      });
    logs.set(label, { tail, job, instance, labels });
  }

  #changed(): void {
    const reports = this.#reports();
    const states = JSON.stringify(reports.map(({ name, state, reason }) => [name, state, reason]));
    if (states !== this.#reported) void this.#register();
    else this.#reporting ??= setTimeout(() => void this.#register(), REPORT_MS);
  }

  #reports(): LogTargetReport[] {
    return [...this.#running.values()].map(({ delivery }) => delivery.report).concat(this.#failed);
  }

  async #register(): Promise<void> {
    clearTimeout(this.#reporting);
    this.#reporting = undefined;
    const targets = this.#reports();
    this.#reported = JSON.stringify(targets.map(({ name, state, reason }) => [name, state, reason]));
    const { isManaged: managed } = this.#parts;
    const given = { version: VERSION, pid: process.pid, managed, targets };
    try {
      const { stay, targets: ofInit } = await this.#parts.client.call('registerLogShipper', given);
      if (!stay) this.#dismiss();
      if (JSON.stringify(ofInit) === JSON.stringify(this.#given)) return;
      this.#given = ofInit;
      await this.#follow();
    } catch {
      // An init from before an upgrade knows no targets; a lost connection is followed by `restarted`.
    }
  }
}

/** The file of the positions of a target: its name, or a number for what jobs call it. */
function stateName(name: string): string {
  return name.includes(' ') ? createHash('sha256').update(name).digest('hex').slice(0, 16) : name;
}

function unknownTarget(name: string): LogTargetReport {
  const reason = 'upstart.conf has no log-target of this name';
  return { name, state: 'failed', reason, sentLines: 0, droppedBytes: 0, failures: 0, backlogBytes: 0 };
}

/** As `ownerOf`, which is not asked about the log of a job's unnamed instance: that is most of them. */
function ownerIn(label: string, jobs: ReadonlyMap<string, string>): string {
  return jobs.has(label) ? label : ownerOf(label, jobs.keys());
}

/** Of all logs in a folder, also of those that have only old files at present. */
function labelsIn(folder: string): string[] {
  try {
    const logs = new Set(readdirSync(folder).map(logOf));
    return [...logs].flatMap((log) => (log === null ? [] : [basename(log, LOG_SUFFIX)]));
  } catch {
    return [];
  }
}

/** When a process was started, in milliseconds since the epoch; 0: not known. */
export function startOf(pid: number): number {
  try {
    const ticks = Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19],
    );
    const bootS = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
    // The kernel has a hundred of them in a second, and the time of the boot in whole seconds.
    return Math.floor(bootS * 1000 + ticks * 10 - 1000) || 0;
  } catch {
    return 0;
  }
}
