/**
 * What would happen: inputs are applied to a copy of the engine's state, with processes that end as is assumed. Time passes by
 * itself whenever nothing else is left to happen, so that a simulation of minutes takes milliseconds.
 */
import type { SimulatedChange, SimulationEnding } from '@upstart/protocol';
import { Engine } from '../engine/engine.ts';
import type { Effect, EngineRequest, UntimedInput } from '../engine/model/messages.ts';
import { type EngineState, instanceLabel } from '../engine/model/state.ts';
import { type Outcomes, SimulatedProcesses } from './processes.ts';

/** Milliseconds of simulated time: what is due later is not looked at. */
export const HORIZON_MS = 10 * 60_000;
/** How many changes there may be before the simulation is taken for one without an end: several times those of 10,000 starts. */
export const MAX_CHANGES = 400_000;
/** How many of them are kept; the rest is counted. */
export const MAX_KEPT = 100_000;
/** How often one instance may be started. */
const MAX_STARTS = 1000;
/** How many inputs may follow one another of which nothing changes. */
const MAX_IDLE_INPUTS = 10_000;
/** An instance that was started so often is part of a loop, or fails again and again; see `restless`. */
const MANY_STARTS = 10;

export class Simulation {
  readonly changes: SimulatedChange[] = [];
  /** How many changes there were beyond the limit. */
  dropped = 0;
  /** The texts of refusals and failures of requests. */
  readonly errors: string[] = [];
  readonly #engine: Engine;
  readonly #processes: SimulatedProcesses;
  /** How often each instance was started, by its label. */
  readonly #starts = new Map<string, number>();
  #mostStarts = 0;
  readonly #beganMs: number;
  readonly #wallMs: number;
  #nowMs: number;
  #idleInputs = 0;
  #requests = 0;
  /** The job or the event of each request, by its key. */
  readonly #subjects = new Map<string, string>();

  /** `state` is changed; `nowMs` is the monotonic time that it is of. */
  constructor(state: EngineState, outcomes: Outcomes, { nowMs, wallMs }: { nowMs: number; wallMs: number }) {
    this.#engine = new Engine(state);
    this.#beganMs = nowMs;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#processes = new SimulatedProcesses(this.#engine.context, outcomes);
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Milliseconds of monotonic time that the simulation has come to. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Instances that were started many times, by their labels, the ones that were started most first. */
  get restless(): { instance: string; starts: number }[] {
    return [...this.#starts]
      .flatMap(([instance, starts]) => (starts >= MANY_STARTS ? [{ instance, starts }] : []))
      .sort((a, b) => b.starts - a.starts);
  }

  input(input: UntimedInput): void {
    this.#idleInputs++;
    const wallMs = this.#wallMs + this.#nowMs - this.#beganMs;
    const timed = { ...input, now: this.#nowMs, wall: wallMs } as Parameters<Engine['apply']>[0];
    for (const effect of this.#engine.apply(timed)) this.#take(effect);
  }

  request(request: EngineRequest): void {
    const key = `simulated-${++this.#requests}`;
    if ('target' in request && request.target) this.#subjects.set(key, request.target.job);
    else if ('name' in request) this.#subjects.set(key, request.name);
    this.input({ type: 'request', key, keep: false, request });
  }

  /** The text names the request, as there may be several. */
  #refused(key: string, text: string): void {
    const subject = this.#subjects.get(key);
    this.errors.push(subject === undefined || text.split(' ').includes(subject) ? text : `${subject}: ${text}`);
  }

  /** Lets happen what follows from what has been put in so far. */
  run(): SimulationEnding {
    this.#idleInputs = 0;
    while (this.#isBounded()) {
      const report = this.#processes.next();
      if (report) this.input({ type: 'report', report });
      else if (!this.#pass()) return 'quiet';
    }
    return 'endless';
  }

  #isBounded(): boolean {
    const changes = this.changes.length + this.dropped;
    return this.#idleInputs < MAX_IDLE_INPUTS && changes < MAX_CHANGES && this.#mostStarts < MAX_STARTS;
  }

  /** Time passes until a timer is due; false when none is. */
  #pass(): boolean {
    const dueMs = this.#engine.nextDue();
    if (dueMs === null || dueMs - this.#beganMs > HORIZON_MS) return false;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    this.input({ type: 'tick' });
    return true;
  }

  #take(effect: Effect): void {
    if (effect.type === 'command') this.#processes.obey(effect.command);
    else if (effect.type === 'reply-error') this.#refused(effect.key, effect.error.text);
    else if (effect.type === 'goal')
      this.#note({ ...this.#at(effect), kind: 'goal', to: effect.to, cause: withoutPids(effect.cause) });
    else if (effect.type === 'state') {
      if (effect.to === 'starting') this.#countStart(instanceLabel(effect.job, effect.instance));
      this.#note({ ...this.#at(effect), kind: 'state', to: effect.to });
    }
  }

  #countStart(label: string): void {
    const starts = (this.#starts.get(label) ?? 0) + 1;
    this.#starts.set(label, starts);
    this.#mostStarts = Math.max(this.#mostStarts, starts);
  }

  #at({ job, instance }: { job: string; instance: string }): { atMs: number; job: string; instance: string } {
    return { atMs: this.#nowMs - this.#beganMs, job, instance };
  }

  #note(change: SimulatedChange): void {
    this.#idleInputs = 0;
    if (this.changes.length < MAX_KEPT) this.changes.push(change);
    else this.dropped++;
  }
}

/** Pids are none but those of the simulation. */
const withoutPids = (cause: string): string => cause.replace(/ process \(\d+\)/g, ' process');
