/**
 * The supervisor of a simulation: it reports the outcome of each command. A service lives until it gets a signal; every other process ends
 * at once, with status 0. What `expect` waits for comes as soon as the program runs.
 */
import { SIGKILL, type Slot, signalNumber } from '@upstart/common';
import type { Expect, JobDefinition } from '@upstart/job-language';
import type { Context } from '../engine/model/context.ts';
import { hasPid, type ProcessState } from '../engine/model/process-state.ts';
import { type InstanceState, processesOf } from '../engine/model/state.ts';
import { hasToSay } from '../engine/readiness/notify.ts';
import type { Command, Report } from '../supervisor/process-messages.ts';

const SIGCONT = signalNumber('CONT');
const SIGSTOP = signalNumber('STOP') as number;

/** The exit status of main processes, by job. A job without a main process fails by its first hook. */
export type Outcomes = ReadonlyMap<string, number>;

/** A report before it has its number. */
type NewReport = Report extends infer R ? (R extends Report ? Omit<R, 'seq'> : never) : never;

const NO_USAGE = { user: 0, system: 0, maxRss: 0 };
/** The forks that are followed. */
const FORKS: Readonly<Partial<Record<Expect, number>>> = { fork: 1, daemon: 2 };
/** The hooks that stand for the job without a main process, in this order. */
const INSTEAD_OF_MAIN: readonly Slot[] = ['main', 'pre-start', 'post-start', 'pre-stop', 'post-stop'];

export class SimulatedProcesses {
  readonly #context: Context;
  readonly #outcomes: Outcomes;
  readonly #reports: NewReport[] = [];
  /** The present pid of each process. */
  readonly #pids = new Map<number, number>();
  #nextPid = 1;

  constructor(context: Context, outcomes: Outcomes) {
    this.#context = context;
    this.#outcomes = outcomes;
    for (const instance of context.state.instances.values())
      for (const [slot, process] of processesOf(instance)) this.#adopt(instance, slot, process);
    for (const { token } of context.state.probeProcesses?.values() ?? []) this.#spawn(token);
  }

  /** The next report; undefined: none before another command or timer. */
  next(): Report | undefined {
    const report = this.#reports.shift();
    return report && ({ ...report, seq: this.#context.state.lastReport + 1 } as Report);
  }

  obey(command: Command): void {
    if (command.type === 'spawn') this.#spawn(command.id);
    // Standing orders are not carried out: the job respawns by the state machine, with the same result.
    else if (command.type === 'signal') this.#signal(command.id, command.process, command.signal);
  }

  /** A process of the live state. */
  #adopt(instance: InstanceState, slot: Slot, process: ProcessState): void {
    const { token, pid, phase } = process;
    if (phase === 'asked') this.#begin(token, slot, this.#definition(instance));
    // Its timer sends another command.
    if (!hasPid(process)) return;
    this.#pids.set(token, pid);
    this.#nextPid = Math.max(this.#nextPid, pid + 1);
    if (phase === 'started') this.#reports.push({ type: 'execed', process: token });
    if (endsByItself(slot, this.#definition(instance))) this.#exit(token, 0);
    else if (slot === 'main' && instance.state === 'spawned' && !instance.settling && !instance.readiness)
      this.#meetExpectation(token, this.#definition(instance), process.forks);
  }

  #spawn(token: number): void {
    const found = this.#context.findProcess(token);
    if (found) this.#begin(token, found.slot, this.#definition(found.instance));
    else if (this.#context.state.probeProcesses?.has(token)) {
      this.#pids.set(token, this.#nextPid++);
      this.#exit(token, 0);
    }
  }

  #begin(token: number, slot: Slot, definition: JobDefinition): void {
    const pid = this.#nextPid++;
    this.#pids.set(token, pid);
    this.#reports.push({ type: 'spawned', process: token, pid }, { type: 'execed', process: token });
    const status = this.#statusOf(slot, definition);
    if (status !== null) this.#exit(token, status);
    else if (endsByItself(slot, definition)) this.#exit(token, 0);
    else if (slot === 'main') this.#meetExpectation(token, definition);
  }

  /** The exit status in the plan; null: there is none. */
  #statusOf(slot: Slot, { name, processes }: JobDefinition): number | null {
    const status = this.#outcomes.get(name);
    const decisive = INSTEAD_OF_MAIN.find((each) => processes[each] !== undefined);
    return status === undefined || slot !== decisive ? null : status;
  }

  #meetExpectation(token: number, { expect }: JobDefinition, seenForks = 0): void {
    const process = token;
    const ofProcess = { process, pid: this.#pid(token) };
    if (expect === 'stop') this.#reports.push({ type: 'stopped', ...ofProcess, signal: SIGSTOP });
    else if (hasToSay({ expect })) this.#reports.push({ type: 'notified', ...ofProcess, errno: 0, detail: 'READY=1' });
    for (let forks = (FORKS[expect] ?? 0) - seenForks; forks > 0; forks--) {
      const oldPid = this.#pid(token);
      const pid = this.#nextPid++;
      this.#pids.set(token, pid);
      this.#reports.push({ type: 'forked', process, oldPid, pid });
      if (forks === 1) this.#reports.push({ type: 'expect-met', process, pid });
    }
  }

  #signal(command: number, process: number, signal: number): void {
    const found = this.#context.findProcess(process);
    this.#reports.push({ type: 'signalled', command, process, signal, errno: 0 });
    if (!this.#pids.has(process) || signal === SIGCONT) return;
    const isToEnd = !found || found.instance.goal === 'stop' || found.instance.state === 'killed' || signal === SIGKILL;
    if (isToEnd) this.#exit(process, 0, signal);
  }

  #exit(process: number, code: number, signal = 0): void {
    const pid = this.#pid(process);
    this.#pids.delete(process);
    this.#reports.push({ type: 'exited', process, pid, code, signal, core: false, usage: NO_USAGE });
  }

  #pid(token: number): number {
    return this.#pids.get(token) ?? 0;
  }

  #definition(instance: InstanceState): JobDefinition {
    return this.#context.classOf(instance).definition;
  }
}

function endsByItself(slot: Slot, { task }: JobDefinition): boolean {
  return slot !== 'main' || task;
}
