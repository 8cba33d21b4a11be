/**
 * The variables of the events in the life of a job (reference: events §8).
 */
import { signalName } from '@upstart/common';
import { getVariable, indexVariables, keyOf } from '../environment/environment.ts';
import type { Context } from './context.ts';
import type { FailureState } from './failure-state.ts';
import type { InstanceState } from './state.ts';

/** JOB, INSTANCE, at the end of a run also RESULT and the failure, then the job's exported variables. */
export function jobEventEnvironment(context: Context, instance: InstanceState, ending: boolean): string[] {
  const { definition } = context.classOf(instance);
  const env = [`JOB=${definition.name}`, `INSTANCE=${instance.name}`];
  if (ending) env.push(...resultVariables(instance.failure));
  exportVariables(env, definition.export, instance.env);
  context.work.add(env.length);
  return env;
}

/** Up to so many variables are searched one by one; for more, an index of the table is faster. */
const FEW = 16;

/** Adds variables of a job to those of its event, without replacing any. */
function exportVariables(env: string[], names: readonly string[], from: readonly string[]): void {
  if (names.length <= FEW) {
    for (const name of names) {
      const value = getVariable(from, name);
      if (value !== undefined && getVariable(env, name) === undefined) env.push(`${name}=${value}`);
    }
    return;
  }
  const values = indexVariables(from);
  for (const entry of env) values.delete(keyOf(entry));
  for (const name of names) {
    const value = values.get(name);
    if (value !== undefined) env.push(`${name}=${value}`);
    values.delete(name);
  }
}

function resultVariables(failure: FailureState | null): string[] {
  if (!failure) return ['RESULT=ok'];
  const env = ['RESULT=failed', `PROCESS=${failure.slot}`];
  if (failure.slot !== 'respawn' && failure.slot !== 'ready' && failure.status >= 0)
    env.push(statusVariable(failure.status));
  return env;
}

function statusVariable(status: number): string {
  const signal = status >> 8;
  return signal === 0 ? `EXIT_STATUS=${status}` : `EXIT_SIGNAL=${signalName(signal) ?? signal}`;
}
