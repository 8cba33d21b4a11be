/**
 * The things that an instance or an event waits for, and the things that those wait for: a tree that lists each once.
 */
import { counted, durationText, type Slot, signalName } from '@upstart/common';
import { type Expect, type JobDefinition, OF_CLUSTER, type Probe } from '@upstart/job-language';
import type { State, WaitReason } from '@upstart/protocol';
import { type ConditionState, conditionsOf } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import { hasPid, type ProcessPhase, type ProcessState } from '../model/process-state.ts';
import { type ClassState, displayName, type EventState, type InstanceState } from '../model/state.ts';
import { triedProbe } from '../readiness/targets.ts';
import { awaitedWords } from '../readiness/words.ts';
import { aboutJob, missingNote } from './operands.ts';
import type { Question } from './question.ts';
import { operandText, stillNeeds } from './residual.ts';
import { sourceNote } from './source-notes.ts';

/** The most reasons in the tree; a boot that waits for one thing has thousands. */
const MAX_REASONS = 100;

/** The states that last as long as a hook runs. */
const HOOKS: ReadonlySet<State> = new Set(['pre-start', 'post-start', 'pre-stop', 'post-stop']);

/** What a main process has yet to do, by `expect`. */
const SIGNS: Readonly<Partial<Record<Expect, string>>> = { stop: 'raise SIGSTOP', fork: 'fork', daemon: 'fork twice' };

/** The reasons why a process has no pid yet. */
const NO_PID: Readonly<Partial<Record<ProcessPhase, string>>> = {
  asked: 'not started yet',
  retrying: 'not started yet: no process to be had, retries soon',
};

export class Waits {
  readonly #asked: Question;
  /** Ids of the instances and events that are listed already. */
  readonly #told = new Set<number>();
  #left = MAX_REASONS;
  #emitted: ReadonlyMap<number, EventState> | null = null;

  constructor(asked: Question) {
    this.#asked = asked;
  }

  get #context(): Context {
    return this.#asked.context;
  }

  /** The reasons why an instance stays in its state; none for one that is idle. */
  ofInstance(instance: InstanceState): WaitReason[] {
    if (this.#told.has(instance.id)) return [];
    this.#told.add(instance.id);
    const event = this.#context.state.events.get(instance.blocker);
    if (event) return [this.#reason(`the event \`${this.#asked.tell(event)}\` is not over`, () => this.ofEvent(event))];
    const step = leaseWords(this.#asked, instance) ?? this.#processStep(instance);
    if (step === null) return [];
    const own = this.ownEvent(instance);
    return [this.#reason(step, own && (() => this.ofEvent(own)))];
  }

  /** The instances and conditions that keep an event from finishing. */
  ofEvent(event: EventState): WaitReason[] {
    if (this.#told.has(event.id)) return [];
    this.#told.add(event.id);
    const reasons: WaitReason[] = [];
    const tell = (text: string, children?: () => WaitReason[]): void => {
      if (this.#left > 0) reasons.push(this.#reason(text, children));
    };
    if (!event.handled) tell('it has not been looked at yet: events before it come first');
    for (const instance of this.#context.state.instances.values()) {
      const name = this.#display(instance);
      if (instance.blocking.includes(event.id)) {
        tell(`${name} (${instance.goal}/${instance.state}) ${this.whyNotDone(instance)}`, () =>
          this.ofInstance(instance),
        );
      }
      for (const [stanza, condition] of conditionsOf(instance)) {
        if (!holds(condition, event)) continue;
        tell(`${name} has half of its \`${stanza}\`; it still needs ${stillNeeds(condition)}`, () =>
          this.#missing(condition),
        );
      }
    }
    for (const { definition, startOn } of this.#context.state.classes.values()) {
      if (startOn && holds(startOn, event)) {
        tell(`${definition.name} has half of its \`start on\`; it still needs ${stillNeeds(startOn)}`, () =>
          this.#missing(startOn),
        );
      }
    }
    return reasons;
  }

  /** Why the rest of a condition may not have come: the emitters of the events, and the conditions of those. */
  #missing(condition: ConditionState | null): WaitReason[] {
    const reasons: WaitReason[] = [];
    for (const node of condition ?? []) {
      if (node.op !== 'event' || node.event !== 0 || this.#left <= 0) continue;
      const note = missingNote(this.#asked, node);
      const job = aboutJob(node);
      const jobClass = job === null ? this.#asked.emitters.jobs(node.name)[0] : this.#context.state.classes.get(job);
      if (note !== null) {
        reasons.push(
          this.#reason(`\`${operandText(node)}\`: ${note}`, () => (jobClass ? this.#ofClass(jobClass) : [])),
        );
      }
    }
    return reasons;
  }

  /** Why an emitter does not run. */
  #ofClass(jobClass: ClassState): WaitReason[] {
    const { id, definition, instances, startOn } = jobClass;
    if (instances.size > 0 || !startOn || this.#told.has(id)) return [];
    this.#told.add(id);
    const needs = stillNeeds(startOn);
    return needs === null
      ? []
      : [this.#reason(`${definition.name} needs ${needs} to start`, () => this.#missing(startOn))];
  }

  /** The event that a process of the instance has emitted and waits for, while the instance waits for the process. */
  ownEvent(instance: InstanceState): EventState | null {
    if (!HOOKS.has(instance.state)) return null;
    this.#emitted ??= emittedBy(this.#context);
    return this.#emitted.get(instance.id) ?? null;
  }

  /** Whether a hook of the instance waits for an event that it has emitted. */
  waitsForItself(instance: InstanceState): boolean {
    return this.ownEvent(instance) !== null;
  }

  /** The current step of an instance that is between two lasting states; null for one that is idle. */
  stepOf(instance: InstanceState): string | null {
    const event = this.#context.state.events.get(instance.blocker);
    if (event) return `waits for what reacts to its \`${event.name}\` event`;
    return leaseWords(this.#asked, instance) ?? this.#processStep(instance);
  }

  #reason(text: string, children?: (() => WaitReason[]) | null): WaitReason {
    this.#left--;
    return { text, children: this.#left > 0 ? (children?.() ?? []) : [] };
  }

  #display(instance: InstanceState): string {
    return displayName(this.#context.classOf(instance).definition.name, instance.name);
  }

  /** Jobs hold an event until they run; tasks, and jobs that it stops, until they have ended. */
  whyNotDone(instance: InstanceState): string {
    const { definition } = this.#context.classOf(instance);
    const main = instance.processes.main;
    if (definition.task && instance.goal === 'start' && instance.state === 'running') {
      return main ? `is a task, whose main process (${main.pid}) still runs` : 'is a task that has to be stopped';
    }
    return instance.goal === 'stop' ? 'has not stopped yet' : 'is not running yet';
  }

  /** The step of the process that the state waits for. */
  #processStep(instance: InstanceState): string | null {
    const { state, processes } = instance;
    const { main } = processes;
    if (state === 'running')
      return main?.stopped === undefined ? null : `the main process (${main.pid})${halted(main)}`;
    if (state === 'killed' && main)
      return `${this.#killText(instance)}${main.stopped === undefined ? '' : ` and${halted(main)}`}`;
    if (state === 'spawned' && main) {
      const text = this.#setUpText(instance, main);
      if (text !== null) return text;
    }
    if (instance.pause?.timer)
      return `pauses before its next respawn, which comes in ${remaining(this.#asked, instance.pause)}`;
    const process = processes[state as Slot];
    if (!process) return null;
    const name = `the ${state} process (${this.#pidText(instance, process)})`;
    if (process.stopped !== undefined) return `${name}${halted(process)}`;
    const own = this.ownEvent(instance);
    return own ? `${name} waits for its own event \`${this.#asked.tell(own)}\` to be over` : `${name} still runs`;
  }

  #setUpText(instance: InstanceState, main: ProcessState): string | null {
    const { expect } = this.#context.classOf(instance).definition;
    if (main.phase !== 'executed') return `the main process (${this.#pidText(instance, main)}) is being set up`;
    if (main.stopped !== undefined) return `the main process (${main.pid})${halted(main)}`;
    const awaited = this.#readyTexts(instance, main);
    if (awaited.length > 0) return awaited.join('; ');
    const what = SIGNS[expect];
    if (what === undefined) return null;
    const so = main.forks === 0 ? '' : `, and has forked ${main.forks === 1 ? 'once' : `${main.forks} times`}`;
    return `the main process (${main.pid}) has yet to ${what}, as \`expect ${expect}\` says${so}`;
  }

  /** The conditions that a start waits for, besides its process. */
  #readyTexts(instance: InstanceState, { pid }: ProcessState): string[] {
    const { settling, readiness, notify } = instance;
    const { definition } = this.#context.classOf(instance);
    const shown = (probe: Probe): Probe => (this.#asked.privileged ? triedProbe(instance, 'ready', probe) : probe);
    const texts = awaitedWords(definition, instance, shown).map((words) => `waits until ${words}`);
    const limit = notify?.awaited ?? readiness;
    if (limit && texts.length > 0) texts.push(`${remaining(this.#asked, limit)} left`);
    if (settling)
      texts.push(
        `the main process (${pid}) has to live for ${remaining(this.#asked, settling)} more, as \`ready after\` says`,
      );
    return texts;
  }

  #pidText(instance: InstanceState, process: ProcessState): string {
    if (hasPid(process)) return String(process.pid);
    if (process.phase !== 'resolving') return NO_PID[process.phase] ?? '';
    return `not started yet: ${lookUpText(this.#context.classOf(instance).definition, instance)}`;
  }

  #killText(instance: InstanceState): string {
    const { killSignal, killTimeoutS } = this.#context.classOf(instance).definition;
    const pid = instance.processes.main?.pid;
    const timer = this.#context.state.timers.get(instance.killTimer);
    const sent = timer && killTimeoutS > 0 ? (signalName(killSignal) ?? killSignal) : 'KILL';
    const left = timer ? Math.max(0, Math.ceil((timer.dueMs - this.#asked.nowMs) / 1000)) : 0;
    const then = timer ? `; KILL follows in ${counted(left, 'second')}` : '';
    return `the main process (${pid}) was sent the ${sent} signal and still runs${then}`;
  }
}

/** The lease that the instance waits for. */
function leaseWords(asked: Question, { lease }: InstanceState): string | null {
  if (lease?.step !== 'awaited') return null;
  const holder = lease.heldBy === undefined ? 'which no host is known to hold' : `held by ${lease.heldBy}`;
  const note = sourceNote(asked, { name: OF_CLUSTER, args: [] });
  return `waits for the lease ${lease.name}, ${holder}${note === null ? '' : `; ${note}`}`;
}

/** The things that are looked up before a process is started. The engine does not know which of them takes its time. */
function lookUpText({ envFiles, setuid, setgid }: JobDefinition, { logMark }: InstanceState): string {
  if (logMark && logMark.id !== 0) return 'its log is being looked at';
  const awaited = envFiles.map(({ path }) => `env-file ${path} is read`);
  if (awaited.length === 0 || setuid !== null || setgid !== null) awaited.unshift('its user and groups are known');
  return `waits until ${awaited.join(' and ')}`;
}

/** The time until a timer goes off: `3 seconds`. */
export function remaining({ context, nowMs }: Question, { timer }: { timer: number }): string {
  const dueMs = context.state.timers.get(timer)?.dueMs ?? nowMs;
  return durationText(dueMs - nowMs) ?? 'a moment';
}

/** ` is stopped by the STOP signal, and does nothing before it gets CONT` */
function halted({ stopped = 0 }: ProcessState): string {
  return ` is stopped by the ${signalName(stopped) ?? stopped} signal, and does nothing before it gets CONT`;
}

/** By instance: the oldest event that one of its processes has emitted and waits for. */
function emittedBy({ state }: Context): Map<number, EventState> {
  const found = new Map<number, EventState>();
  for (const event of state.events.values()) {
    const { emitter, waiters } = event;
    if (emitter !== undefined && waiters.length > 0 && !found.has(emitter)) found.set(emitter, event);
  }
  return found;
}

function holds(condition: ConditionState, event: EventState): boolean {
  return condition.some((node) => node.op === 'event' && node.event === event.id);
}
