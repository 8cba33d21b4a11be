/** The class and the instance that a request is about. */
import { upstartError } from '@upstart/protocol';
import { arePairs, mergeVariables } from '../environment/environment.ts';
import { ExpansionError } from '../environment/expand.ts';
import { classEnvironment, findInstance, instanceName } from '../lifecycle/instances.ts';
import type { Context } from '../model/context.ts';
import type { TargetSpec } from '../model/messages.ts';
import type { ClassState, InstanceState } from '../model/state.ts';

/** The class of that name. Throws UpstartError. */
export function findClass(context: Context, name: string): ClassState {
  if (name === '') throw upstartError('empty-name');
  const jobClass = context.state.classes.get(name);
  if (!jobClass) throw upstartError('unknown-job', name);
  return jobClass;
}

/** The class and the name of a request's instance, whether or not it exists. */
export interface Located {
  jobClass: ClassState;
  name: string;
  instance: InstanceState | undefined;
  /** The environment of a new run; null where the request names the instance and brings none. */
  env: string[] | null;
}

/**
 * Finds a target. A name that cannot be expanded is an error, to which the job's `usage` is added unless
 * `withUsage` is false. Throws UpstartError.
 */
export function locate(context: Context, target: TargetSpec, withUsage = true): Located {
  const jobClass = findClass(context, target.job);
  const { definition } = jobClass;
  if ('instance' in target) {
    const { instance: name } = target;
    return { jobClass, name, instance: findInstance(context, jobClass, name), env: null };
  }
  if (!arePairs(target.env)) throw upstartError('env-not-pairs');
  const env = classEnvironment(context, definition);
  mergeVariables(env, target.env);
  try {
    const name = instanceName(definition, env);
    return { jobClass, name, instance: findInstance(context, jobClass, name), env };
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    const usage = withUsage && definition.usage !== null ? `\nUsage: ${definition.usage}` : '';
    throw upstartError('expansion-failed', error.message + usage);
  }
}

/** Finds an existing instance. Throws UpstartError. */
export function locateInstance(
  context: Context,
  target: TargetSpec,
  withUsage = true,
): Located & { instance: InstanceState } {
  const located = locate(context, target, withUsage);
  if (!located.instance) throw upstartError('unknown-instance', located.name);
  return { ...located, instance: located.instance };
}
