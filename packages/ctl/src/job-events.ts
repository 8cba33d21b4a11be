/** The four events that jobs emit about themselves, in conditions (reference: control §3.5, events §8). */
import type { Condition } from '@upstart/common';
import { JOB_EVENTS } from '@upstart/job-language';

/**
 * Which job an event of a condition is about, and its other arguments: for a job event the job is the value of the
 * first argument that is `JOB=…` or has no `=`.
 */
export function aboutJob({ name, args }: Extract<Condition, { op: 'event' }>): {
  job: string | null;
  args: readonly string[];
} {
  if (!JOB_EVENTS.includes(name)) return { job: null, args };
  const index = args.findIndex((arg) => arg.startsWith('JOB=') || !arg.includes('='));
  if (index < 0) return { job: null, args };
  const job = (args[index] as string).replace(/^JOB=/, '');
  return { job, args: args.filter((_, i) => i !== index) };
}
