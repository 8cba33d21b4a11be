/** What comes of `check`: an instance that is unhealthy says so by an event and, where its file wants that, is restarted. */
import { hasAddress, type Probe, probeAddress } from '@upstart/job-language';
import { restarted } from '../lifecycle/causes.ts';
import { advance, changeGoal } from '../lifecycle/lifecycle.ts';
import { emitEvent } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { recordEvent } from '../model/history.ts';
import { jobEventEnvironment } from '../model/job-events.ts';
import { type CheckState, keptAnswer, type ProbeResult } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { countRespawn } from '../processes/respawn-limit.ts';
import { endSeriesIfOver, noteRespawn } from '../processes/respawn-series.ts';
import { expandedProbe } from '../readiness/targets.ts';
import { fail } from './failure.ts';

/** Takes the result of a check of an instance that runs. */
export function checked(
  context: Context,
  instance: InstanceState,
  check: CheckState,
  { isGood, answer }: Pick<ProbeResult, 'isGood' | 'answer'>,
): void {
  const { check: probes, checkFailures, checkAction } = context.classOf(instance).definition;
  const probe = probes[check.index];
  if (!probe) return;
  if (isGood) {
    succeeded(context, instance, check, probe);
    return;
  }
  check.answer = keptAnswer(answer);
  if (check.failures >= checkFailures) return;
  check.failures++;
  const times = checkFailures === 1 ? '' : ` (${check.failures} of ${checkFailures})`;
  const display = context.display(instance);
  context.logAbout(instance, 'warn', `${display} check failed${times}: ${probeAddress(probe)}: ${check.answer}`);
  if (check.failures < checkFailures) return;
  check.unhealthySince ??= context.wallMs;
  const text = failedText(probe, check);
  emitHealth(context, instance, 'unhealthy', probe, `because ${text}`);
  if (checkAction === 'restart') restartUnhealthy(context, instance, text);
}

function succeeded(context: Context, instance: InstanceState, check: CheckState, probe: Probe): void {
  check.failures = 0;
  delete check.answer;
  if (check.unhealthySince === undefined) return;
  delete check.unhealthySince;
  context.logAbout(instance, 'info', `${context.display(instance)} is healthy again: ${probeAddress(probe)}`);
  emitHealth(context, instance, 'healthy', probe, 'because its check has succeeded');
}

/** `its check http://localhost/healthz failed 3 times in a row: HTTP 503` */
function failedText(probe: Probe, { failures, answer }: CheckState): string {
  const times = failures === 1 ? '' : ` ${failures} times in a row`;
  return `its check ${probeAddress(probe)} failed${times}: ${answer}`;
}

/** Nothing waits for these events. */
function emitHealth(
  context: Context,
  instance: InstanceState,
  name: 'unhealthy' | 'healthy',
  probe: Probe,
  text: string,
): void {
  const [job = '', of = '', ...exported] = jobEventEnvironment(context, instance, false);
  const expanded = hasAddress(probe) ? expandedProbe(instance, 'check', probe) : probe;
  const address = keptAnswer(probeAddress(typeof expanded === 'string' ? probe : expanded));
  const event = emitEvent(context, name, [job, of, `CHECK=${address}`, ...exported]);
  recordEvent(context, event, { kind: 'check', text, after: instance.lastChange ?? 0 });
  instance.lastChange = event.change ?? 0;
}

/** Ends the main process as a stop does and starts another one, which counts as a respawn. Nothing is restarted once init ends. */
function restartUnhealthy(context: Context, instance: InstanceState, text: string): void {
  if (context.state.quiesce) return;
  const display = context.display(instance);
  const main = { slot: 'main', pid: instance.processes.main?.pid ?? 0 } as const;
  endSeriesIfOver(context, instance);
  if (!countRespawn(context, instance)) {
    context.logAbout(instance, 'warn', `${display} respawning too fast, stopped`);
    fail(context, instance, { slot: 'respawn', status: 0, text, process: instance.processes.main });
    instance.cause = `because ${text}`;
    changeGoal(context, instance, 'stop', { kind: 'check' });
    return;
  }
  context.logAbout(instance, 'warn', `${display} is unhealthy, respawning: ${text}`, main);
  noteRespawn(context, instance);
  instance.cause = restarted(`because ${text}`);
  changeGoal(context, instance, 'respawn', { kind: 'check', text: `because ${text}` });
  advance(context, instance);
}
