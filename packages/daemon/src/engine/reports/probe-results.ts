/** What comes of probes: of `ready`, the start of the job or its failure. */
import { abandon, advanceIfReady, changeGoal } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import type { ProbeResult } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { answerWords, probeWords } from '../readiness/words.ts';
import { fail } from './failure.ts';

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

/** The ready timeout has passed, or a probe can never be tried: the start has failed, whether or not the job respawns. */
export function readyTimeoutPassed(context: Context, instance: InstanceState): void {
  const { ready, readyTimeoutMs } = context.classOf(instance).definition;
  const pending = instance.readiness?.pending ?? [];
  for (const probe of pending) {
    const waited = ready[probe.index];
    if (waited) instance.hints.push(`never came: ${probeWords(waited)}; ${answerWords(probe)}`);
  }
  const text = `main process was not ready within ${readyTimeoutMs / 1000} seconds (\`ready timeout\`)`;
  context.logAbout(instance, 'warn', `${context.display(instance)} ${text}`, { slot: 'main' });
  fail(context, instance, 'ready', 0, text);
  instance.cause = `because its ${text}`;
  changeGoal(context, instance, 'stop', { kind: 'timer' });
}
