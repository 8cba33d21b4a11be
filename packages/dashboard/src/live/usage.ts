/**
 * What the processes of jobs use, over time: samples of the jobs that somebody looks at, and of no others. A job that nobody has asked for
 * in a while is no longer sampled, and soon after forgotten.
 */
import { jobRows, type Look, shares } from '@upstart/ctl/parts';
import type { UpstartClient } from '@upstart/protocol';
import { ProblemError } from '../http/problem.ts';
import {
  MAX_SAMPLED_JOBS,
  MAX_SAMPLES,
  MAX_USED_INSTANCES,
  SAMPLE_MS,
  SAMPLED_FOR_MS,
  SAMPLES_KEPT_MS,
} from '../limits.ts';

export interface Sample {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly instances: readonly {
    readonly instance: string;
    readonly memoryBytes: number | null;
    /** Of one processor, since the sample before; null in the first one. */
    readonly cpuShare: number | null;
  }[];
}

interface Ring {
  samples: Sample[];
  before: Look | null;
  /** Monotonic, when it was asked for last. */
  askedMs: number;
}

export class Usage {
  readonly #client: () => Promise<UpstartClient>;
  readonly #rings = new Map<string, Ring>();
  readonly #now: () => number;
  #timer: NodeJS.Timeout | null = null;
  #isSampling = false;

  /** `now`: monotonic, in milliseconds. */
  constructor(client: () => Promise<UpstartClient>, now: () => number = () => performance.now()) {
    this.#client = client;
    this.#now = now;
  }

  /** The samples after a time, and those to come for a while. Throws a problem if too many jobs are looked at. */
  async of(job: string, afterMs: number): Promise<readonly Sample[]> {
    let ring = this.#rings.get(job);
    if (ring === undefined) {
      if (this.#rings.size >= MAX_SAMPLED_JOBS)
        throw new ProblemError(503, 'too-busy', `The usage of ${MAX_SAMPLED_JOBS} jobs is looked at already`);
      ring = { samples: [], before: null, askedMs: this.#now() };
      this.#rings.set(job, ring);
      await this.#sample(job, ring);
    }
    ring.askedMs = this.#now();
    this.#timer ??= setInterval(() => void this.#sampleAll(), SAMPLE_MS);
    return ring.samples.filter(({ atMs }) => atMs > afterMs);
  }

  /** How many jobs have samples. */
  get size(): number {
    return this.#rings.size;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#rings.clear();
  }

  async #sampleAll(): Promise<void> {
    // An init that does not answer is not asked again and again.
    if (this.#isSampling) return;
    this.#isSampling = true;
    const now = this.#now();
    for (const [job, { askedMs }] of this.#rings) if (now - askedMs > SAMPLES_KEPT_MS) this.#rings.delete(job);
    const wanted = [...this.#rings].filter(([, { askedMs }]) => now - askedMs <= SAMPLED_FOR_MS);
    if (this.#rings.size === 0) this.close();
    try {
      await Promise.all(wanted.map(([job, ring]) => this.#sample(job, ring)));
    } catch {
      // The next sample is the first of a new connection.
    } finally {
      this.#isSampling = false;
    }
  }

  async #sample(job: string, ring: Ring): Promise<void> {
    const rows = (await jobRows(await this.#client(), job)).slice(0, MAX_USED_INSTANCES);
    const look: Look = { atMs: this.#now(), rows };
    const parts = ring.before === null ? [] : shares(ring.before, look);
    ring.before = look;
    const instances = rows.map(({ instance, memoryBytes }, at) => ({
      ...{ instance, memoryBytes, cpuShare: parts[at] ?? null },
    }));
    ring.samples = [...ring.samples, { atMs: Date.now(), instances }].slice(-MAX_SAMPLES);
  }
}
