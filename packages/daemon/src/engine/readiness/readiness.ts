/**
 * When a job has started: once its main process has lived for its settle time, and all of its probes have succeeded. The prober
 * (`probes/prober.ts`) tries a probe until it succeeds and gives each result as an input, so that a replay decides the same.
 */
import { type Probe, type ProbeTarget, probeTarget, probeText, withProbeText } from '@upstart/job-language';
import { ExpansionError, expand } from '../environment/expand.ts';
import type { Context } from '../model/context.ts';
import type { ArmedProbe, PendingProbe } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { endAwaited } from './notify.ts';
import { beginSettling, endSettling } from './settling.ts';

/** The longest time of one try, in milliseconds. */
export const READY_TRY_MS = 5000;

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
  const { readiness } = instance;
  if (!readiness) return;
  context.disarm(readiness.timer);
  for (const { id } of readiness.pending) context.effects.push({ type: 'probe-off', id });
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
  instance.readiness = { timer, until: context.wallMs + delayMs, pending };
  for (const probe of armedProbesOf(context, instance)) context.effects.push({ type: 'probe', probe });
  return true;
}

/** The probe with its variables expanded, or why that is not possible. */
function targetOf(context: Context, instance: InstanceState, { index }: PendingProbe): ProbeTarget | string {
  const probe = context.classOf(instance).definition.ready[index] as Probe;
  const text = probeText(probe);
  try {
    return probeTarget(withProbeText(probe, expand(text, instance.env, { stanza: `ready ${probe.kind}` })));
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    return error.message;
  }
}

/** The probes of an instance that the prober tries. */
function* armedProbesOf(context: Context, instance: InstanceState): Generator<ArmedProbe> {
  const { readyIntervalMs: intervalMs } = context.classOf(instance).definition;
  for (const probe of instance.readiness?.pending ?? []) {
    // Its start fails, even if a variable that it lacked has been set meanwhile.
    if (probe.fault !== undefined) continue;
    const target = targetOf(context, instance, probe);
    if (typeof target === 'string') continue;
    yield { id: probe.id, instance: instance.id, target, intervalMs, timeoutMs: READY_TRY_MS };
  }
}

/** All probes that are to be tried now: a new daemon begins with them, as nothing is known of tries of the one before. */
export function* armedProbes(context: Context): Generator<ArmedProbe> {
  for (const instance of context.state.instances.values()) yield* armedProbesOf(context, instance);
}
