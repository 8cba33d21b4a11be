/** The operands of a condition: whether they are met, and why not. */

import { JOB_EVENTS } from '@upstart/job-language';
import type { ExplainedOperand } from '@upstart/protocol';
import type { ConditionState, EventNode } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { ClassState, InstanceState } from '../model/state.ts';
import type { Question } from './question.ts';
import { operandText } from './residual.ts';
import { sourceNote } from './source-notes.ts';

/** `waiting`: the job waits for the missing operands, so that a note on them helps; otherwise they may have been met long ago. */
export function explainOperands(asked: Question, condition: ConditionState, waiting: boolean): ExplainedOperand[] {
  return condition.flatMap((node) => (node.op === 'event' ? [explainOperand(asked, node, waiting)] : []));
}

function explainOperand(asked: Question, node: EventNode, waiting: boolean): ExplainedOperand {
  const { context, tell } = asked;
  const text = operandText(node);
  const event = context.state.events.get(node.event);
  if (!event)
    return { text, seen: node.event !== 0, note: waiting && node.event === 0 ? missingNote(asked, node) : null };
  const whole = tell(event);
  return { text, seen: true, note: whole === text ? null : `by \`${whole}\`` };
}

/** Why an event may not have come: the status of the job that it is about or that emits it; null where nothing is known. */
export function missingNote(asked: Question, node: EventNode): string | null {
  const { context, emitters } = asked;
  const { name } = node;
  if (JOB_EVENTS.includes(name)) return jobNote(context, node);
  const jobs = emitters.jobs(name);
  if (jobs.length === 0) return emitters.missing(name) ?? sourceNote(asked, node);
  return jobs.map((job) => `${job.definition.name}, which ${howIs(context, job)}, emits it`).join('; ');
}

/** The job that a job event is about; null where that is a pattern, or any job. */
export function aboutJob({ name, args }: EventNode): string | null {
  if (!JOB_EVENTS.includes(name)) return null;
  const [first = ''] = args;
  const job = args.find((arg) => arg.startsWith('JOB='))?.slice('JOB='.length) ?? (first.includes('=') ? '' : first);
  return job === '' || /[*?[$]/.test(job) ? null : job;
}

/** For a job event of another job: the status of that job. */
function jobNote(context: Context, node: EventNode): string | null {
  const job = aboutJob(node);
  if (job === null) return null;
  const jobClass = context.state.classes.get(job);
  if (!jobClass) return `there is no job ${job}`;
  const misread = secondWord(context, node, jobClass);
  if (misread !== null) return misread;
  const passed = node.name === 'started' && howIs(context, jobClass).endsWith('start/running');
  return `${job} ${howIs(context, jobClass)}${passed ? ' already: the event has passed' : ''}`;
}

/** `is stop/waiting`, `has 3 instances` */
export function howIs(context: Context, { instances }: ClassState): string {
  if (instances.size === 0) return 'is stop/waiting';
  if (instances.size > 1) return `has ${instances.size} instances`;
  const [id = 0] = instances.values();
  const { goal, state } = context.instance(id) as InstanceState;
  return `is ${goal}/${state}`;
}

/** `started a b`: the second word is the instance of the first, which has none. */
function secondWord(context: Context, { name, args }: EventNode, { definition }: ClassState): string | null {
  const [, second] = args;
  if (second === undefined || second.includes('=') || second === '' || definition.instance !== '') return null;
  const job = definition.name;
  const both = context.state.classes.has(second) ? `; both jobs are \`${name} ${job} and ${name} ${second}\`` : '';
  return `never comes: \`${second}\` is read as the instance of ${job}, which has no instances${both}`;
}
