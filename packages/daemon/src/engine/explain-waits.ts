/**
 * What an instance or an event waits for, and what that waits for in turn: a tree, in which everything is told once.
 */
import type { Slot, WaitReason } from '@upstart/protocol';
import { signalName } from '../signals.ts';
import type { ConditionState } from './condition-state.ts';
import type { Context } from './context.ts';
import type { TellEvent } from './explain-question.ts';
import { displayName, type EventState, type InstanceState } from './state.ts';

/** How many reasons are told; a boot in which everything waits for one thing has thousands. */
const MAX_REASONS = 100;

/** Before a slot's process has a pid. */
const NO_PID = 'not started yet';

export class Waits {
  readonly #context: Context;
  /** Milliseconds of monotonic time. */
  readonly #now: number;
  /** Ids of the instances and events that have been told of. */
  readonly #told = new Set<number>();
  #left = MAX_REASONS;
  readonly #tell: TellEvent;

  constructor(context: Context, tell: TellEvent, now: number) {
    this.#context = context;
    this.#tell = tell;
    this.#now = now;
  }

  /** What keeps an instance in its state; nothing for one that rests. */
  ofInstance(instance: InstanceState): WaitReason[] {
    if (this.#told.has(instance.id)) return [];
    this.#told.add(instance.id);
    const event = this.#context.state.events.get(instance.blocker);
    if (event) return [this.#reason(`the event \`${this.#tell(event)}\` is not over`, () => this.ofEvent(event))];
    const step = this.#processStep(instance);
    return step === null ? [] : [this.#reason(step)];
  }

  /** Who keeps an event from being over. */
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
        tell(`${name} (${instance.goal}/${instance.state}) ${this.#whyNotDone(instance)}`, () =>
          this.ofInstance(instance),
        );
      }
      if (instance.stopOn && holds(instance.stopOn, event)) {
        tell(`${name} has half of its \`stop on\`: ${missing(instance.stopOn)}`);
      }
    }
    for (const { definition, startOn } of this.#context.state.classes.values()) {
      if (startOn && holds(startOn, event))
        tell(`${definition.name} has half of its \`start on\`: ${missing(startOn)}`);
    }
    return reasons;
  }

  /** In a few words what the instance is at, in a state that is not for long. */
  stepOf(instance: InstanceState): string | null {
    const event = this.#context.state.events.get(instance.blocker);
    if (event) return `waits for what reacts to its \`${event.name}\` event`;
    return this.#processStep(instance);
  }

  #reason(text: string, children?: () => WaitReason[]): WaitReason {
    this.#left--;
    return { text, children: this.#left > 0 ? (children?.() ?? []) : [] };
  }

  #display(instance: InstanceState): string {
    return displayName(this.#context.classOf(instance).definition.name, instance.name);
  }

  /** Jobs hold an event until they run; tasks, and jobs that it stops, until they have ended. */
  #whyNotDone(instance: InstanceState): string {
    const { definition } = this.#context.classOf(instance);
    const main = instance.processes.main;
    if (definition.task && instance.goal === 'start' && instance.state === 'running') {
      return main ? `is a task, whose main process (${main.pid}) still runs` : 'is a task that has to be stopped';
    }
    return instance.goal === 'stop' ? 'has not stopped yet' : 'is not running yet';
  }

  /** The process that the state is about. */
  #processStep(instance: InstanceState): string | null {
    const { state, processes } = instance;
    const { definition } = this.#context.classOf(instance);
    const main = processes.main;
    if (state === 'killed' && main) return `${this.#killText(instance)}`;
    if (state === 'spawned' && main && !main.execed) return `the main process (${main.pid || NO_PID}) is being set up`;
    if (state === 'spawned' && main && definition.expect !== 'none') {
      const what = { stop: 'raise SIGSTOP', fork: 'fork', daemon: 'fork twice' }[definition.expect];
      const so = main.forks === 0 ? '' : `, and has forked ${main.forks === 1 ? 'once' : `${main.forks} times`}`;
      return `the main process (${main.pid}) has yet to ${what}, as \`expect ${definition.expect}\` says${so}`;
    }
    const process = processes[state as Slot];
    return process ? `the ${state} process (${process.pid || NO_PID}) still runs` : null;
  }

  #killText(instance: InstanceState): string {
    const { killSignal, killTimeout } = this.#context.classOf(instance).definition;
    const pid = instance.processes.main?.pid;
    const timer = this.#context.state.timers.get(instance.killTimer);
    const sent = timer && killTimeout > 0 ? (signalName(killSignal) ?? killSignal) : 'KILL';
    const left = timer ? Math.max(0, Math.ceil((timer.due - this.#now) / 1000)) : 0;
    const then = timer ? `; KILL follows in ${left} second${left === 1 ? '' : 's'}` : '';
    return `the main process (${pid}) was sent the ${sent} signal and still runs${then}`;
  }
}

function holds(condition: ConditionState, event: EventState): boolean {
  return condition.some((node) => node.op === 'event' && node.event === event.id);
}

function missing(condition: ConditionState): string {
  const unseen = condition.flatMap((node) =>
    node.op === 'event' && node.event === 0 ? [`\`${[node.name, ...node.args].join(' ')}\``] : [],
  );
  return `${unseen.join(', ')} not seen yet`;
}
