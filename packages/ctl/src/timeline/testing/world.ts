/** The history of a boot that never was: jobs that wait for one another, with times from a seed. */
import type { Goal, HistoryCause, HistoryEntry, LeaseEntry, State } from '@upstart/protocol';

export interface WorldJob {
  readonly name: string;
  /** The index of the job that it is started by; null: by `startup`. */
  readonly after: number | null;
  readonly preStartMs: number;
  readonly spawnMs: number;
  /** It ends at once with this status after it has run; null: it runs on. */
  readonly exit: number | null;
}

/** Jobs of a random tree, so that every job comes up. */
export function randomJobs(count: number, seed: number): WorldJob[] {
  let state = seed;
  const random = (): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return Array.from({ length: count }, (_, at) => ({
    name: `${WORDS[Math.floor(random() * WORDS.length)]}-${at}`,
    after: at === 0 || random() < 0.15 ? null : Math.floor(Math.sqrt(random()) * at),
    preStartMs: random() < 0.4 ? Math.floor(random() ** 3 * 900) : 0,
    spawnMs: Math.floor(random() ** 4 * 700) + 2,
    exit: random() < 0.06 ? Math.floor(random() * 3) : null,
  }));
}

const WORDS = ['network', 'mount', 'udev', 'syslog', 'web', 'database', 'worker', 'cron', 'session-bus', 'queue'];

const UP: readonly State[] = ['starting', 'pre-start', 'spawned', 'running'];
const DOWN: readonly State[] = ['stopping', 'killed', 'post-stop', 'waiting'];

/** The entries of their boot, in the order of time. */
export function bootHistory(jobs: readonly WorldJob[], atMs = Date.UTC(2026, 10, 29, 5)): HistoryEntry[] {
  const history = new HistoryWriter(atMs);
  const startup = history.event('startup', { kind: 'init', text: '' });
  const running: { id: number; ms: number }[] = [];
  for (const { name, after, preStartMs, spawnMs, exit } of jobs) {
    const cause = after === null ? { id: startup, ms: 0 } : (running[after] as { id: number; ms: number });
    let ms = cause.ms + 1;
    const text = after === null ? 'by `startup`' : `by \`started JOB=${jobs[after]?.name}\``;
    let last = history.goal(name, 'start', { kind: 'event', text }, ms, cause.id);
    let from: State = 'waiting';
    for (const to of UP) {
      if (to === 'pre-start' && preStartMs === 0) continue;
      if (from === 'pre-start') ms += preStartMs;
      if (from === 'spawned') ms += spawnMs;
      last = history.state(name, from, to, ms, last);
      from = to;
    }
    running.push({ id: last, ms });
    if (exit === null) continue;
    last = history.exit(name, exit, ms + 40, last);
    last = history.goal(name, 'stop', { kind: 'process', text: 'because its main process ended' }, ms + 40, last);
    for (const to of DOWN) {
      last = history.state(name, from, to, ms + 41, last);
      from = to;
    }
  }
  return history.sorted();
}

/** Writes entries; `ms` is the time since the machine's start. Returns ids, which rise with the order of writing until `sorted`. */
export class HistoryWriter {
  readonly #entries: HistoryEntry[] = [];
  readonly #atMs: number;

  constructor(atMs: number) {
    this.#atMs = atMs;
  }

  event(event: string, cause: HistoryCause, ms = 0, after = 0): number {
    return this.#add({ ...this.#base(ms, after), kind: 'event', event, cause });
  }

  goal(job: string, to: Goal, cause: HistoryCause, ms: number, after: number, instance = ''): number {
    const from = to === 'start' ? 'stop' : 'start';
    return this.#add({ ...this.#base(ms, after), kind: 'goal', job, instance, from, to, cause });
  }

  state(job: string, from: State, to: State, ms: number, after: number, instance = ''): number {
    return this.#add({ ...this.#base(ms, after), kind: 'state', job, instance, from, to });
  }

  lease(job: string, change: LeaseEntry['change'], ms: number, after: number): number {
    const cause: HistoryCause = { kind: 'request', text: '', request: 'grantLease' };
    const lease = { kind: 'lease', lease: job, change, token: 1, cause } as const;
    return this.#add({ ...this.#base(ms, after), job, instance: '', ...lease });
  }

  exit(job: string, exitStatus: number, ms: number, after: number, instance = ''): number {
    const how = {
      process: 'main',
      pid: 1,
      exitStatus,
      exitSignal: null,
      text: `terminated with status ${exitStatus}`,
    } as const;
    return this.#add({ ...this.#base(ms, after), kind: 'exit', job, instance, ...how });
  }

  /** In the order of time, with ids in that order. */
  sorted(): HistoryEntry[] {
    const inOrder = [...this.#entries].sort((a, b) => a.monotonicMs - b.monotonicMs || a.id - b.id);
    const ids = new Map(inOrder.map(({ id }, at) => [id, at + 1]));
    return inOrder.map((entry) => ({ ...entry, id: ids.get(entry.id) ?? 0, after: ids.get(entry.after) ?? 0 }));
  }

  #base(ms: number, after: number) {
    return { id: this.#entries.length + 1, atMs: this.#atMs + ms, monotonicMs: ms, after };
  }

  #add(entry: HistoryEntry): number {
    this.#entries.push(entry);
    return entry.id;
  }
}
