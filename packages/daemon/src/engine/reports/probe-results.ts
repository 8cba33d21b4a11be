/** What comes of probes: of `ready`, the start of the job or its failure; of `check` see `check-results.ts`. */
import type { Report } from '../../supervisor/process-messages.ts';
import { abandon, advanceIfReady } from '../lifecycle/lifecycle.ts';
import type { Context } from '../model/context.ts';
import { keptAnswer, type PendingProbe, type ProbeResult, type ReadinessState } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { commandReported, commandTimedOut, tryCommand } from '../readiness/commands.ts';
import { logMarked } from '../readiness/log-mark.ts';
import { probeWords } from '../readiness/words.ts';
import { checked } from './check-results.ts';
import { retrySpawn } from './process-end.ts';

/** Takes the result of a try. That of a probe that is not waited for any more is ignored. */
export function probed(context: Context, result: ProbeResult): void {
  const { id, isGood, answer } = result;
  const instance = context.instance(result.instance);
  if (!instance) return;
  const { readiness, checks } = instance;
  const check = id === 0 ? undefined : checks?.find((one) => one.id === id);
  const probe = readiness?.pending.find((pending) => pending.id === id);
  if (!check && !probe && instance.logMark?.id !== id) return;
  if (!context.isAbout(instance)) {
    abandon(context, instance);
    return;
  }
  if (check) checked(context, instance, check, result);
  else if (logMarked(context, instance, result)) retrySpawn(context, instance, 'main');
  else if (readiness && probe) {
    if (isGood) succeeded(context, instance, readiness, probe);
    else probe.answer = keptAnswer(answer);
  }
}

function succeeded(context: Context, instance: InstanceState, readiness: ReadinessState, probe: PendingProbe): void {
  const { ready } = context.classOf(instance).definition;
  const words = ready[probe.index];
  if (words) context.logAbout(instance, 'info', `${context.display(instance)} is ready: ${probeWords(words)}`);
  readiness.pending = readiness.pending.filter((pending) => pending !== probe);
  if (readiness.pending.length > 0) return;
  context.disarm(readiness.timer);
  advanceIfReady(context, instance);
}

/** A report about the process of a probe; one about any other is ignored. */
export function probeProcessReported(context: Context, report: Report): void {
  const result = commandReported(context, report);
  if (result) probed(context, result);
}

/** The timeout of the process of a probe has passed. */
export function probeTimeoutPassed(context: Context, token: number): void {
  const result = commandTimedOut(context, token);
  if (result) probed(context, result);
}

/** A command is to be tried. */
export function probeIsDue(context: Context, instance: InstanceState, id: number, isRetry: boolean): void {
  const result = tryCommand(context, instance, id, isRetry);
  if (result) probed(context, result);
}
