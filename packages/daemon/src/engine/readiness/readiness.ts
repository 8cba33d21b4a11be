/**
 * When a job has started: once its main process has lived for its settle time, and all of its probes have succeeded. The prober
 * (`probes/prober.ts`) tries a probe until it succeeds and gives each result as an input, so that a replay decides the same. Commands are
 * processes of the supervisor's (`commands.ts`).
 */
import { hasAddress } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import type { ArmedProbe, PendingProbe } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { armedChecks } from './checks.ts';
import { armTry, dropCommand, READY_TRY_MS } from './commands.ts';
import { armedMark, dropLogMark, logTarget } from './log-mark.ts';
import { endAwaited } from './notify.ts';
import { beginSettling, endSettling } from './settling.ts';
import { addressTarget } from './targets.ts';

/** The main process is up: begins to wait for what makes the job ready. False: there is nothing to wait for. */
export function awaitReadiness(context: Context, instance: InstanceState): boolean {
  const settles = beginSettling(context, instance);
  const probes = beginProbes(context, instance);
  return settles || probes;
}

/** Whether the start still waits for something. */
export function isAwaited({ settling, readiness, notify }: InstanceState): boolean {
  const isTold = settling === undefined && notify?.awaited === undefined;
  return !isTold || (readiness !== undefined && readiness.pending.length > 0);
}

/** The instance is not about to start any more, or has started. */
export function endReadiness(context: Context, instance: InstanceState): void {
  endSettling(context, instance);
  endAwaited(context, instance);
  dropLogMark(context, instance);
  const { readiness } = instance;
  if (!readiness) return;
  context.disarm(readiness.timer);
  for (const probe of readiness.pending) {
    if (isCommand(context, instance, probe)) dropCommand(context, instance, probe);
    else context.effects.push({ type: 'probe-off', id: probe.id });
  }
  delete instance.readiness;
}

function beginProbes(context: Context, instance: InstanceState): boolean {
  const { task, ready, readyTimeoutMs } = context.classOf(instance).definition;
  if (task || ready.length === 0 || instance.goal !== 'start' || !instance.processes.main) return false;
  // A second sign of readiness does not begin it again.
  if (instance.readiness) return instance.readiness.pending.length > 0;
  const pending = ready.map((_probe, index): PendingProbe => ({ id: context.newId(), index }));
  let delayMs = readyTimeoutMs;
  for (const probe of pending) {
    const target = targetOf(context, instance, probe);
    if (typeof target === 'string') {
      // It can never succeed: the timeout passes at once.
      probe.fault = target;
      delayMs = 0;
    }
  }
  const timer = context.arm(delayMs, { kind: 'ready', instance: instance.id });
  instance.readiness = { timer, pending };
  for (const probe of armedReady(context, instance)) context.effects.push({ type: 'probe', probe });
  for (const probe of pending) if (isCommand(context, instance, probe)) armTry(context, instance, probe, 0);
  return true;
}

function isCommand(context: Context, instance: InstanceState, { index }: PendingProbe): boolean {
  return context.classOf(instance).definition.ready[index]?.kind === 'exec';
}

/** The target that the prober gets, or why there is none; null: the engine tries it itself. */
function targetOf(
  context: Context,
  instance: InstanceState,
  { index }: PendingProbe,
): ArmedProbe['target'] | string | null {
  const probe = context.classOf(instance).definition.ready[index];
  if (!probe || probe.kind === 'exec') return null;
  return hasAddress(probe) ? addressTarget(instance, 'ready', probe) : logTarget(context, instance, probe.pattern);
}

/** The probes of `ready` of an instance that the prober tries. */
function* armedReady(context: Context, instance: InstanceState): Generator<ArmedProbe> {
  const { readyIntervalMs: intervalMs } = context.classOf(instance).definition;
  for (const probe of instance.readiness?.pending ?? []) {
    // Its start fails, even if a variable that it lacked has been set meanwhile.
    if (probe.fault !== undefined) continue;
    const target = targetOf(context, instance, probe);
    if (target === null || typeof target === 'string') continue;
    yield { id: probe.id, instance: instance.id, target, intervalMs, timeoutMs: READY_TRY_MS };
  }
}

/** All probes that the prober is to try now: a new daemon begins with them, as nothing is known of tries of the one before. */
export function* armedProbes(context: Context): Generator<ArmedProbe> {
  for (const instance of context.state.instances.values()) {
    yield* armedMark(context, instance);
    yield* armedReady(context, instance);
    yield* armedChecks(context, instance);
  }
}
