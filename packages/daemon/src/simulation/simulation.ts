/**
 * Applies inputs to a copy of the engine's state, with simulated processes, and collects the changes. Time passes by itself when nothing
 * else is left to happen, so that a simulation of minutes takes milliseconds.
 */
import type { SimulatedChange, SimulationEnding } from '@upstart/protocol';
import { Engine } from '../engine/engine.ts';
import { instanceLabel } from '../engine/model/instance-label.ts';
import type { Effect, EngineRequest, UntimedInput } from '../engine/model/messages.ts';
import type { ArmedProbe } from '../engine/model/probe-state.ts';
import type { EngineState } from '../engine/model/state.ts';
import { armedProbes } from '../engine/readiness/readiness.ts';
import { endWatchdog } from '../engine/readiness/watchdog.ts';
import { type Outcomes, SimulatedProcesses } from './processes.ts';

/** The end of simulated time, in milliseconds: later timers are ignored. */
export const HORIZON_MS = 10 * 60_000;
/** The most changes before the simulation counts as endless: several times those of 10,000 starts. */
export const MAX_CHANGES = 400_000;
/** The most changes that are kept; the rest is counted. */
export const MAX_KEPT = 100_000;
/** The most starts of one instance. */
const MAX_STARTS = 1000;
/** The most inputs in a row that change nothing. */
const MAX_IDLE_INPUTS = 10_000;
/** An instance with so many starts is part of a loop, or fails repeatedly; see `restless`. */
const MANY_STARTS = 10;

export class Simulation {
  readonly changes: SimulatedChange[] = [];
  /** The number of changes beyond the limit. */
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
  /** Probes that are about to succeed. */
  readonly #answered: ArmedProbe[] = [];
  /** The job or the event of each request, by its key. */
  readonly #subjects = new Map<string, string>();

  /** Changes `state`; `nowMs` is its monotonic time. */
  constructor(state: EngineState, outcomes: Outcomes, { nowMs, wallMs }: { nowMs: number; wallMs: number }) {
    this.#engine = new Engine(state);
    this.#beganMs = nowMs;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#processes = new SimulatedProcesses(this.#engine.context, outcomes);
    this.#engine.context.watchesHealth = false;
    this.#engine.context.needsLeases = false;
    for (const instance of state.instances.values()) endWatchdog(this.#engine.context, instance);
    for (const probe of armedProbes(this.#engine.context)) this.#answer(probe);
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** The present simulated time, in milliseconds of monotonic time. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Instances with many starts, by their labels, the most starts first. */
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

  /** The text names the request, because there may be several. */
  #refused(key: string, text: string): void {
    const subject = this.#subjects.get(key);
    this.errors.push(subject === undefined || text.split(' ').includes(subject) ? text : `${subject}: ${text}`);
  }

  /** Runs until nothing follows from the inputs any more. */
  run(): SimulationEnding {
    this.#idleInputs = 0;
    while (this.#isBounded()) {
      const report = this.#processes.next();
      const probe = report ? undefined : this.#answered.shift();
      if (report) this.input({ type: 'report', report });
      else if (probe)
        this.input({ type: 'probed', result: { id: probe.id, instance: probe.instance, isGood: true, answer: ' 0' } });
      else if (!this.#pass()) return 'quiet';
    }
    return 'endless';
  }

  #isBounded(): boolean {
    const changes = this.changes.length + this.dropped;
    return this.#idleInputs < MAX_IDLE_INPUTS && changes < MAX_CHANGES && this.#mostStarts < MAX_STARTS;
  }

  /** Advances time to the next timer; returns false if there is none. */
  #pass(): boolean {
    const dueMs = this.#engine.nextDue();
    if (dueMs === null || dueMs - this.#beganMs > HORIZON_MS) return false;
    this.#nowMs = Math.max(this.#nowMs, dueMs);
    this.input({ type: 'tick' });
    return true;
  }

  #take(effect: Effect): void {
    if (effect.type === 'command') this.#processes.obey(effect.command);
    // A service that runs is taken to answer, and stays healthy.
    else if (effect.type === 'probe') this.#answer(effect.probe);
    else if (effect.type === 'reply-error') this.#refused(effect.key, effect.error.text);
    else if (effect.type === 'goal')
      this.#note({ ...this.#at(effect), kind: 'goal', to: effect.to, cause: withoutPids(effect.cause) });
    else if (effect.type === 'state') {
      if (effect.to === 'starting') this.#countStart(instanceLabel(effect.job, effect.instance));
      this.#note({ ...this.#at(effect), kind: 'state', to: effect.to });
    }
  }

  #answer(probe: ArmedProbe): void {
    if (!probe.check) this.#answered.push(probe);
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

/** Pids belong to the simulation only: not shown. */
const withoutPids = (cause: string): string => cause.replace(/ process \(\d+\)/g, ' process');
