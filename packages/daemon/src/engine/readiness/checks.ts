/**
 * `check`: probes of an instance that runs. The prober (`probes/prober.ts`) repeats those that connect to an address and reports what
 * changes this state; commands are repeated by the engine (`commands.ts`). The consequences are in `reports/check-results.ts`.
 */
import { hasAddress, type Probe } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import { type ArmedProbe, type CheckState, firstCheckMs } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';
import { armTry, dropCommand } from './commands.ts';
import { addressTarget } from './targets.ts';

/** The instance runs: begins with its checks. */
export function beginChecks(context: Context, instance: InstanceState): void {
  const { check, task, checkIntervalMs } = context.classOf(instance).definition;
  if (check.length === 0 || task || !instance.processes.main) return;
  instance.checks = check.map((probe, index) => newCheck(context, instance, probe, index));
  for (const probe of armedChecks(context, instance)) context.effects.push({ type: 'probe', probe });
  for (const state of instance.checks)
    if (check[state.index]?.kind === 'exec') armTry(context, instance, state, firstCheckMs(state.id, checkIntervalMs));
}

/** Whether it was unhealthy before it was restarted stays known until a check succeeds. */
function newCheck(context: Context, instance: InstanceState, probe: Probe, index: number): CheckState {
  const state: CheckState = { id: context.newId(), index, failures: 0 };
  const before = instance.checks?.find((check) => check.index === index);
  if (before?.unhealthySince !== undefined) state.unhealthySince = before.unhealthySince;
  const target = hasAddress(probe) ? addressTarget(instance, 'check', probe) : null;
  if (typeof target !== 'string') return state;
  state.fault = target;
  context.logAbout(instance, 'warn', `${context.display(instance)} cannot be checked: ${target}`);
  return state;
}

/** The instance does not run any more. */
export function endChecks(context: Context, instance: InstanceState): void {
  const { check } = context.classOf(instance).definition;
  for (const state of instance.checks ?? []) {
    if (state.id === 0) continue;
    if (check[state.index]?.kind === 'exec') dropCommand(context, instance, state);
    else if (state.fault === undefined) context.effects.push({ type: 'probe-off', id: state.id });
    state.id = 0;
    state.failures = 0;
  }
}

/** The checks of an instance that the prober repeats. */
export function* armedChecks(context: Context, instance: InstanceState): Generator<ArmedProbe> {
  const {
    check,
    checkIntervalMs: intervalMs,
    checkTimeoutMs: timeoutMs,
    checkFailures: threshold,
  } = context.classOf(instance).definition;
  for (const { id, index, fault, failures, unhealthySince } of instance.checks ?? []) {
    const probe = check[index];
    if (id === 0 || fault !== undefined || !probe || !hasAddress(probe)) continue;
    const target = addressTarget(instance, 'check', probe);
    if (typeof target === 'string') continue;
    const isUnhealthy = unhealthySince !== undefined;
    yield { id, instance: instance.id, target, intervalMs, timeoutMs, check: { failures, threshold, isUnhealthy } };
  }
}
