/**
 * Why is this job in the state it is in? Answers from what the engine knows anyway.
 */
import {
  type BrokenFile,
  type ExplainedOperand,
  type Explanation,
  type FailureReason,
  formatCondition,
  type WaitReason,
} from '@upstart/protocol';
import { signalName } from '../signals.ts';
import type { ConditionState } from './condition-state.ts';
import type { Context } from './context.ts';
import { type ClassState, displayName, type EventState, type FailureState, type InstanceState } from './state.ts';

/** A chain of waits is followed this far, and not in a circle. */
const MAX_DEPTH = 32;

/** `jobClass` undefined: no good file defines the job, but `broken` may say why. */
export function explainJob(
  context: Context,
  name: string,
  jobClass: ClassState | undefined,
  broken: BrokenFile[],
): Explanation {
  const definition = jobClass?.definition;
  const instances = [...(jobClass?.instances.values() ?? [])].map((id) => context.instance(id) as InstanceState);
  return {
    job: name,
    startOn:
      definition?.startOn && jobClass?.startOn
        ? { condition: formatCondition(definition.startOn), operands: explainOperands(jobClass.startOn) }
        : null,
    stopOn: definition?.stopOn ? formatCondition(definition.stopOn) : null,
    instances: instances.map((instance) => ({
      name: instance.name,
      goal: instance.goal,
      state: instance.state,
      blockedBy: explainWait(context, instance, []),
      respawns: instance.respawns,
      stopOperands: instance.stopOn ? explainOperands(instance.stopOn) : [],
      failure: instance.failure && failureReason(instance.failure),
      hints: instance.hints,
    })),
    last: explainLast(jobClass),
    broken: broken.filter((file) => file.job === name),
  };
}

function explainLast(jobClass: ClassState | undefined): Explanation['last'] {
  const last = jobClass?.last;
  if (!last) return null;
  const { instance, at, respawns, hints } = last;
  const text = [last.text, ...hints].join('; ');
  return { instance, at, text, failure: last.failure && failureReason(last.failure), respawns };
}

function explainOperands(condition: ConditionState): ExplainedOperand[] {
  return condition.flatMap((node) =>
    node.op === 'event' ? [{ text: [node.name, ...node.args].join(' '), seen: node.event !== 0 }] : [],
  );
}

function failureReason({ slot, status, text, state, at }: FailureState): FailureReason {
  const exited = slot !== 'respawn' && status >= 0;
  const signal = exited ? status >> 8 : 0;
  return {
    slot,
    exitStatus: exited && signal === 0 ? status : null,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    spawnError: status < 0 ? text : null,
    state,
    at,
    text,
  };
}

/** What an instance waits for; `chain` are the instances that the question came through. */
function explainWait(context: Context, instance: InstanceState, chain: number[]): WaitReason[] {
  if (chain.length >= MAX_DEPTH || chain.includes(instance.id)) return [];
  const event = context.state.events.get(instance.blocker);
  if (event) {
    const text = `the event \`${eventText(event)}\` is not over`;
    return [{ text, children: explainEvent(context, event, [...chain, instance.id]) }];
  }
  const text = waitText(context, instance);
  return text === null ? [] : [{ text, children: [] }];
}

function waitText(context: Context, instance: InstanceState): string | null {
  const { state, processes } = instance;
  const { definition } = context.classOf(instance);
  if (state === 'killed')
    return `the main process (${processes.main?.pid}) has been sent its kill signal and still runs`;
  if (state === 'spawned' && definition.expect !== 'none') {
    const pid = processes.main?.pid;
    const what = { none: '', stop: 'raise SIGSTOP', fork: 'fork', daemon: 'fork twice' }[definition.expect];
    return `the main process (${pid}) has yet to ${what}, as \`expect ${definition.expect}\` says`;
  }
  for (const slot of ['security', 'pre-start', 'post-start', 'pre-stop', 'post-stop'] as const) {
    const process = processes[slot];
    if (process && state === slot) return `the ${slot} process (${process.pid}) still runs`;
  }
  return null;
}

/** Who keeps an event from being over. */
export function explainEvent(context: Context, event: EventState, chain: number[]): WaitReason[] {
  const reasons: WaitReason[] = [];
  for (const instance of context.state.instances.values()) {
    const { definition } = context.classOf(instance);
    const display = displayName(definition.name, instance.name);
    if (instance.blocking.includes(event.id)) {
      const text = `${display} (${instance.goal}/${instance.state}) is not done with it`;
      reasons.push({ text, children: explainWait(context, instance, chain) });
    }
    if (instance.stopOn && holds(instance.stopOn, event)) {
      reasons.push({ text: `${display} has half of its \`stop on\`: ${missing(instance.stopOn)}`, children: [] });
    }
  }
  for (const { definition, startOn } of context.state.classes.values()) {
    if (!startOn || !holds(startOn, event)) continue;
    reasons.push({ text: `${definition.name} has half of its \`start on\`: ${missing(startOn)}`, children: [] });
  }
  return reasons;
}

function holds(condition: ConditionState, event: EventState): boolean {
  return condition.some((node) => node.op === 'event' && node.event === event.id);
}

function missing(condition: ConditionState): string {
  const unseen = explainOperands(condition).filter((operand) => !operand.seen);
  return `${unseen.map((operand) => `\`${operand.text}\``).join(', ')} not seen yet`;
}

function eventText(event: EventState): string {
  return [event.name, ...event.env].join(' ');
}
