/**
 * The variables of the events in the life of a job (reference: events §8).
 */
import { signalName } from '../signals.ts';
import type { Context } from './context.ts';
import { getVariable } from './environment.ts';
import type { FailureState, InstanceState } from './state.ts';

/** JOB, INSTANCE, at the end of a run also RESULT and why it failed, then what the job exports. */
export function jobEventEnvironment(context: Context, instance: InstanceState, ending: boolean): string[] {
  const { definition } = context.classOf(instance);
  const env = [`JOB=${definition.name}`, `INSTANCE=${instance.name}`];
  if (ending) env.push(...resultVariables(instance.failure));
  for (const name of definition.export) {
    const value = getVariable(instance.env, name);
    if (value !== undefined && getVariable(env, name) === undefined) env.push(`${name}=${value}`);
  }
  return env;
}

function resultVariables(failure: FailureState | null): string[] {
  if (!failure) return ['RESULT=ok'];
  const env = ['RESULT=failed', `PROCESS=${failure.slot}`];
  if (failure.slot !== 'respawn' && failure.status >= 0) env.push(statusVariable(failure.status));
  return env;
}

function statusVariable(status: number): string {
  const signal = status >> 8;
  return signal === 0 ? `EXIT_STATUS=${status}` : `EXIT_SIGNAL=${signalName(signal) ?? signal}`;
}
