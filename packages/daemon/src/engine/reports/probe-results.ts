/** What comes of probes: of `ready`, the start of the job or its failure. */
import { abandon, advanceIfReady } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { ProbeResult } from '../model/probe-state.ts';
import { probeWords } from '../readiness/words.ts';

/** The longest answer that is kept, in characters. */
const MAX_ANSWER = 200;

/** Takes the result of a try. That of a probe that is not waited for any more is ignored. */
export function probed(context: Context, { id, instance: of, isGood, answer }: ProbeResult): void {
  const instance = context.instance(of);
  const readiness = instance?.readiness;
  const probe = readiness?.pending.find((pending) => pending.id === id);
  if (!instance || !readiness || !probe) return;
  if (!context.isAbout(instance)) {
    abandon(context, instance);
    return;
  }
  if (!isGood) {
    probe.answer = answer.length <= MAX_ANSWER ? answer : `${answer.slice(0, MAX_ANSWER - 1)}…`;
    return;
  }
  const { ready } = context.classOf(instance).definition;
  const words = ready[probe.index];
  if (words) context.logAbout(instance, 'info', `${context.display(instance)} is ready: ${probeWords(words)}`);
  readiness.pending = readiness.pending.filter((pending) => pending !== probe);
  if (readiness.pending.length > 0) return;
  context.disarm(readiness.timer);
  advanceIfReady(context, instance);
}
