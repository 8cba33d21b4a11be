/** For tests: an engine with a supervisor that obeys at once, or on request. Time passes only by `wait`. */

import { SIGKILL } from '@upstart/common';
import { parseJob } from '@upstart/job-language';
import type { JobStatus } from '@upstart/protocol';
import type { Command, Report, SpawnSpec } from '../../supervisor/process-messages.ts';
import { Engine } from '../engine.ts';
import type { Effect, EngineRequest, Input, UntimedInput } from '../model/messages.ts';
import type { ArmedProbe } from '../model/probe-state.ts';
import { DEFAULT_SETTINGS, type EngineSettings } from '../model/settings.ts';
import { newState } from '../model/state.ts';
import { initialEnvironment } from '../requests/environment-requests.ts';
import { listJobs } from '../requests/queries.ts';

/** A report before it has its number. */
export type NewReport = Report extends infer R ? (R extends Report ? Omit<R, 'seq'> : never) : never;

export interface FakeProcess {
  token: number;
  pid: number;
  spec: SpawnSpec;
  signals: number[];
  /** The standing order for its end, or 0. */
  standingOrder: number;
  /** When it is killed, as the engine has ordered last. Absent: never. */
  deadlineMs?: number;
}

export const TEST_SETTINGS: EngineSettings = {
  ...DEFAULT_SETTINGS,
  initEnv: ['PATH=/bin', 'TERM=dumb', 'HOME=/home/tester'],
  logDir: '/log',
};

const WALL = 1_700_000_000_000;

export class TestWorld {
  engine: Engine;
  now = 1_000_000;
  /** Live processes, by token. */
  readonly processes = new Map<number, FakeProcess>();
  /** All that have been started, in order. */
  readonly started: FakeProcess[] = [];
  /** Probes that are armed, by id. */
  readonly probes = new Map<number, ArmedProbe>();
  readonly effects: Effect[] = [];
  readonly inputs: Input[] = [];
  /** Whether spawned processes are reported as executed at once. */
  obeys = true;
  /** How the supervisor treats standing orders; `late`: each withdrawal comes too late. */
  orders: 'taken' | 'late' | 'ignored' = 'taken';
  #seq = 0;
  #nextPid = 100;
  /** How many requests have been made: their keys are k1 to this one. */
  keys = 0;

  /** With few events at once, jobs that start each other without end take little time. */
  constructor(settings: Partial<EngineSettings> = {}, eventsAtOnce?: number) {
    const merged = { ...TEST_SETTINGS, ...settings };
    this.engine = new Engine(newState(merged, initialEnvironment(merged)), eventsAtOnce);
  }

  /** Defines a job by the text of its file. */
  job(name: string, text: string): void {
    this.input({ type: 'define', name, definition: parseJob(text, { name, path: `/etc/init/${name}.conf` }) });
  }

  input(input: UntimedInput): Effect[] {
    const timed = { ...input, now: this.now, wall: WALL + this.now } as Input;
    this.inputs.push(timed);
    const effects = this.engine.apply(timed);
    for (const effect of effects) this.effects.push(effect);
    for (const effect of effects) {
      if (effect.type === 'probe') this.probes.set(effect.probe.id, effect.probe);
      else if (effect.type === 'probe-off') this.probes.delete(effect.id);
    }
    for (const effect of effects) if (effect.type === 'command') this.#obey(effect.command);
    return effects;
  }

  /** Makes a request; returns its key, for `answer`. */
  request(request: EngineRequest): string {
    const key = `k${++this.keys}`;
    this.input({ type: 'request', key, keep: false, request });
    return key;
  }

  start(job: string, ...env: string[]): string {
    return this.request({ method: 'start', target: { job, env }, wait: true });
  }

  stop(job: string, ...env: string[]): string {
    return this.request({ method: 'stop', target: { job, env }, wait: true });
  }

  restart(job: string, ...env: string[]): string {
    return this.request({ method: 'restart', target: { job, env }, wait: true });
  }

  /** Emits an event that brings a descriptor. */
  emitWithFile(name: string, file: number, ...env: string[]): string {
    return this.request({ method: 'emit', name, env, wait: true, file });
  }

  emit(name: string, ...env: string[]): string {
    return this.request({ method: 'emit', name, env, wait: true });
  }

  /** The answer to a request: `ok`, the text of the error, or null while the client waits. */
  answer(key: string): string | null {
    for (const effect of this.effects) {
      if (effect.type === 'reply' && effect.key === key) return 'ok';
      if (effect.type === 'reply-error' && effect.key === key) return effect.error.text;
    }
    return null;
  }

  report(report: NewReport): void {
    this.input({ type: 'report', report: { ...report, seq: ++this.#seq } as Report });
  }

  /** The live process of a job's slot; its command line tells the slot. */
  process(command: string): FakeProcess {
    for (const process of this.processes.values()) if (process.spec.argv.join(' ') === command) return process;
    throw new Error(`no live process \`${command}\`; there are: ${this.commands().join(', ')}`);
  }

  /** The command lines of all live processes. */
  commands(): string[] {
    return [...this.processes.values()].map((process) => process.spec.argv.join(' '));
  }

  /** Ends a process, with an exit status or by a signal. */
  exit(process: FakeProcess, code = 0, signal = 0): void {
    const { token, pid, standingOrder } = process;
    this.processes.delete(token);
    const next = standingOrder === 0 ? undefined : this.#newProcess(standingOrder, process.spec);
    const usage = { user: 0, system: 0, maxRss: 0 };
    const report = { type: 'exited', process: token, pid, code, signal, core: false, usage } as const;
    this.report(next ? { ...report, standingOrder } : report);
    if (next && this.obeys) this.spawned(next);
  }

  /** Lets milliseconds pass, timers included. */
  wait(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let due = this.engine.nextDue(); due !== null && due <= end; due = this.engine.nextDue()) {
      this.now = Math.max(this.now, due);
      this.input({ type: 'tick' });
    }
    this.now = end;
  }

  /** `job goal/state` of each instance, as list prints it without processes. */
  list(): string[] {
    return listJobs(this.engine.context).flatMap(statusLines);
  }

  status(job: string): string {
    return this.list()
      .filter((line) => line === job || line.startsWith(`${job} `))
      .join('\n');
  }

  /** The names of the events that have finished, in order. */
  events(): string[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'notify' && effect.notification.event === 'event-emitted'
        ? [[effect.notification.name, ...effect.notification.env].join(' ')]
        : [],
    );
  }

  /** The states of an instance so far. */
  states(job: string): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'state' && effect.job === job ? [effect.to] : []));
  }

  logged(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'log' ? [`${effect.priority}: ${effect.text}`] : []));
  }

  #obey(command: Command): void {
    if (command.type === 'signal') {
      if (command.process < 1) throw new Error(`no process has the number ${command.process}`);
      const process = this.processes.get(command.process);
      if (process) process.signals.push(command.signal);
      // The engine does not wait for the end of a process that it does not know.
      if (process && command.signal === SIGKILL && !this.isKnown(process)) this.processes.delete(process.token);
      const { id, process: token, signal } = command;
      this.report({ type: 'signalled', command: id, process: token, signal, errno: 0 });
      return;
    }
    if (command.type === 'standing-order' || command.type === 'withdraw-standing-order') {
      this.#obeyOrder(command);
      return;
    }
    if (command.type === 'deadline') {
      const process = this.processes.get(command.process);
      if (process) process.deadlineMs = command.dueMs;
      return;
    }
    if (command.type !== 'spawn') return;
    const process = this.#newProcess(command.id, command.spec);
    if (this.obeys) this.spawned(process);
  }

  #obeyOrder({
    type,
    id,
    process: token,
  }: Extract<Command, { type: 'standing-order' | 'withdraw-standing-order' }>): void {
    const process = this.processes.get(token);
    if (!process || this.orders === 'ignored') return;
    if (type === 'standing-order') process.standingOrder = id;
    else if (this.orders === 'taken') process.standingOrder = 0;
  }

  #newProcess(token: number, spec: SpawnSpec): FakeProcess {
    const process: FakeProcess = { token, pid: this.#nextPid++, spec, signals: [], standingOrder: 0 };
    if (spec.deadlineMs !== undefined) process.deadlineMs = spec.deadlineMs;
    this.processes.set(token, process);
    this.started.push(process);
    return process;
  }

  /** Whether the engine knows of the process. */
  isKnown({ token }: FakeProcess): boolean {
    if (this.engine.state.probeProcesses?.has(token)) return true;
    const found = this.engine.context.findProcess(token);
    return found !== undefined && this.engine.state.instances.has(found.instance.id);
  }

  /** Reports that the process has been started and runs its program. */
  spawned(process: FakeProcess): void {
    this.report({ type: 'spawned', process: process.token, pid: process.pid });
    this.report({ type: 'execed', process: process.token });
  }

  /** The result of a try of a probe; a good one of `ready` is over. Without an answer it is good. */
  probed({ id, instance }: ArmedProbe, answer: string | null = null): void {
    if (answer === null && !this.probes.get(id)?.check) this.probes.delete(id);
    this.input({ type: 'probed', result: { id, instance, isGood: answer === null, answer: answer ?? 'connected' } });
  }

  /** The process sends a message of sd_notify(3). */
  said({ token, pid }: FakeProcess, detail: string, errno = 0): void {
    this.report({ type: 'notified', process: token, pid, errno, detail });
  }

  /** Reports that the process could not be started. */
  failToSpawn(process: FakeProcess, step: Extract<NewReport, { type: 'spawn-failed' }>['step'], errno = 2): void {
    this.processes.delete(process.token);
    this.report({ type: 'spawn-failed', process: process.token, step, errno, detail: '' });
  }
}

function statusLines({ job, instances }: JobStatus): string[] {
  if (instances.length === 0) return [`${job} stop/waiting`];
  return instances.map(({ name, goal, state }) => `${job}${name === '' ? '' : ` (${name})`} ${goal}/${state}`);
}
