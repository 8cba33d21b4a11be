/**
 * Reading and changing the job environment table, or that of one instance (reference: control §3.4).
 */
import { upstartError } from '@upstart/protocol';
import {
  getVariable,
  keyOf,
  lengthOf,
  mergeVariables,
  sameEntries,
  unsetVariable,
} from '../environment/environment.ts';
import { checkEnvironment, checkHeld, classEnvironment } from '../lifecycle/instances.ts';
import type { Context } from '../model/context.ts';
import type { EngineRequest, EnvTargetSpec } from '../model/messages.ts';
import type { EngineSettings } from '../model/settings.ts';
import type { InstanceState } from '../model/state.ts';
import { forbidOrders } from '../processes/standing-orders.ts';

type EnvironmentRequest = Extract<EngineRequest, { method: 'setEnv' | 'unsetEnv' | 'resetEnv' }>;

/** The initial table for jobs: PATH and TERM, in a session all of init's own variables. */
export function initialEnvironment(settings: Pick<EngineSettings, 'initEnv' | 'inheritEnv'>): string[] {
  const env: string[] = [];
  for (const name of ['PATH', 'TERM']) {
    const value = getVariable(settings.initEnv, name);
    if (value !== undefined) env.push(`${name}=${value}`);
  }
  if (settings.inheritEnv) mergeVariables(env, settings.initEnv);
  return env;
}

/** Throws UpstartError. */
export function changeEnvironment(context: Context, request: EnvironmentRequest): void {
  if (context.state.settings.pid1) throw upstartError('pid1-environment');
  const instance = findEnvironment(context, request.target);
  if (request.method === 'resetEnv') {
    resetEnvironment(context, instance);
    return;
  }
  // A change of the common table applies to existing instances, too.
  const instances = instance ? [instance] : [...context.state.instances.values()];
  const tables = instances.map(({ env }) => checked(context.shared.of(changed(env, request))));
  const growth = tables.reduce((sum, env, i) => sum + lengthOf(env) - lengthOf((instances[i] as InstanceState).env), 0);
  if (growth > 0) checkHeld(context, growth);
  if (!instance) context.state.environment = checked(changed(context.state.environment, request));
  for (const [i, one] of instances.entries()) {
    const env = tables[i] as readonly string[];
    if (!sameEntries(env, one.env)) forbidOrders(context, one);
    context.setTable(one, 'env', env);
  }
}

/** Throws UpstartError for a table that is too large, before anything is changed. */
function checked<T extends readonly string[]>(env: T): T {
  checkEnvironment(env);
  return env;
}

/** A table as it is after the request. A variable without a name changes nothing; the others of the request count. */
function changed(before: readonly string[], request: Exclude<EnvironmentRequest, { method: 'resetEnv' }>): string[] {
  const env = [...before];
  if (request.method === 'unsetEnv') for (const name of request.names) unsetVariable(env, name);
  else {
    const named = request.vars.filter((entry) => keyOf(entry) !== '');
    const entries = named.map((entry) => (entry.includes('=') ? entry : `${entry}=`));
    mergeVariables(env, entries, request.replace);
  }
  return env;
}

function resetEnvironment(context: Context, instance: InstanceState | null): void {
  if (instance) {
    context.setTable(instance, 'env', classEnvironment(context, context.classOf(instance).definition));
    forbidOrders(context, instance);
  } else context.state.environment = initialEnvironment(context.state.settings);
}

/** The value of a variable. Throws UpstartError. */
export function readVariable(context: Context, target: EnvTargetSpec, name: string): string {
  if (name === '') throw upstartError('empty-variable');
  const value = getVariable(readEnvironment(context, target), name);
  if (value === undefined) throw upstartError('no-such-variable', name);
  return value;
}

/** The table itself. Throws UpstartError. */
export function readEnvironment(context: Context, target: EnvTargetSpec): readonly string[] {
  return findEnvironment(context, target)?.env ?? context.state.environment;
}

/** The instance whose table is meant; null for the common table. */
function findEnvironment(context: Context, target: EnvTargetSpec): InstanceState | null {
  if (target === null) return null;
  if (target.job === '') throw upstartError('empty-job');
  const jobClass = context.state.classes.get(target.job);
  if (!jobClass) throw upstartError('unknown-job', target.job);
  const instance = context.instance(jobClass.instances.get(target.instance) ?? 0);
  if (!instance) throw upstartError('unknown-instance-of-job', target.instance, target.job);
  return instance;
}
