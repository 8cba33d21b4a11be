/** For tests: explanations of a job of a world, as the owner gets them. */
import type { WaitReason } from '@upstart/protocol';
import { type EngineExplanation, explainJob } from '../explain/explain.ts';
import type { JobFacts } from '../explain/notes.ts';
import type { TestWorld } from './world.ts';

export function explain(
  world: TestWorld,
  job: string,
  { broken = [], switchedOff = null, sources = [] }: Partial<JobFacts> = {},
): EngineExplanation {
  const facts = { broken, switchedOff, sources };
  return explainJob(world.engine.context, job, world.engine.state.classes.get(job), facts, world.now, true);
}

/** Why it is in its state, whether or not it has an instance. */
export function why(world: TestWorld, job: string): string | undefined | null {
  const { why: none, instances } = explain(world, job);
  return none ?? instances[0]?.why;
}

/** The chain as text, one reason a line, indented by depth. */
function lines(reasons: WaitReason[], depth = 0): string[] {
  return reasons.flatMap(({ text, children }) => [`${' '.repeat(depth)}${text}`, ...lines(children, depth + 1)]);
}

/** The reason why its only instance waits. */
export function chain(world: TestWorld, job: string): string[] {
  return lines(explain(world, job).instances[0]?.blockedBy ?? []);
}
