/** Words that name no job: a job need not be on each host, but has to be on one. */
import { type Call, EXIT } from '../command.ts';
import type { UnknownJob } from '../jobs.ts';

/** Names the words that none of the hosts knows, and returns the exit status. `unknown`: of each host that has answered. */
export function sayUnknown(unknown: readonly (readonly UnknownJob[])[], { print }: Pick<Call, 'print'>): number {
  const [first = [], ...others] = unknown;
  const nowhere = first.filter(({ word }) => others.every((words) => words.some((one) => one.word === word)));
  for (const { text } of nowhere) print.failure(text);
  return nowhere.length > 0 ? EXIT.unknown : EXIT.done;
}
