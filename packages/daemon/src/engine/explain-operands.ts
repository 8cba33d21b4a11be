/** What of a condition has been seen, and why the rest may not have come. */
import type { ExplainedOperand } from '@upstart/protocol';
import type { ConditionState, EventNode } from './condition-state.ts';
import type { Context } from './context.ts';
import type { Question } from './explain-question.ts';
import type { InstanceState } from './state.ts';

/** `waiting`: what has not been seen is what keeps the condition from being true; else it may be over with for long. */
export function explainOperands(asked: Question, condition: ConditionState, waiting: boolean): ExplainedOperand[] {
  return condition.flatMap((node) => (node.op === 'event' ? [explainOperand(asked, node, waiting)] : []));
}

function explainOperand({ context, tell }: Question, node: EventNode, waiting: boolean): ExplainedOperand {
  const text = operandText(node);
  const event = context.state.events.get(node.event);
  if (!event)
    return { text, seen: node.event !== 0, note: waiting && node.event === 0 ? jobNote(context, node) : null };
  const whole = tell(event);
  return { text, seen: true, note: whole === text ? null : `by \`${whole}\`` };
}

export function operandText({ name, args }: EventNode): string {
  return [name, ...args].join(' ');
}

const JOB_EVENTS: readonly string[] = ['starting', 'started', 'stopping', 'stopped'];

/** For an event in the life of another job: how that job is. */
function jobNote(context: Context, { name, args }: EventNode): string | null {
  if (!JOB_EVENTS.includes(name)) return null;
  const [first = ''] = args;
  const job = args.find((arg) => arg.startsWith('JOB='))?.slice('JOB='.length) ?? (first.includes('=') ? '' : first);
  if (job === '' || /[*?[$]/.test(job)) return null;
  const jobClass = context.state.classes.get(job);
  if (!jobClass) return `there is no job ${job}`;
  const states = [...jobClass.instances.values()].map((id) => context.instance(id) as InstanceState);
  if (states.length === 0) return `${job} is stop/waiting`;
  if (states.length > 1) return `${job} has ${states.length} instances`;
  const [{ goal, state } = {}] = states;
  const passed = name === 'started' && state === 'running' ? ' already: the event has passed' : '';
  return `${job} is ${goal}/${state}${passed}`;
}
