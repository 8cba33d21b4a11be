/**
 * Instances of job classes: their names, and making them (reference: jobs §1, §7).
 */
import type { JobDefinition } from '../job-definition.ts';
import { newConditionState } from './condition-state.ts';
import type { Context } from './context.ts';
import { getVariable, mergeVariables, unsetVariable } from './environment.ts';
import { expand } from './expand.ts';
import type { ClassState, InstanceState } from './state.ts';

/** What every run of a job begins with: the job environment table and the job's `env` lines. */
export function classEnvironment(context: Context, definition: JobDefinition): string[] {
  const { environment, settings } = context.state;
  const env = [...environment];
  let entries: string[] = [];
  for (const line of definition.env) {
    const value = line.includes('=') ? undefined : getVariable(settings.initEnv, line);
    if (line.includes('=')) entries.push(line);
    else if (value !== undefined) entries.push(`${line}=${value}`);
    else {
      mergeVariables(env, entries);
      entries = [];
      unsetVariable(env, line);
    }
  }
  mergeVariables(env, entries);
  return env;
}

/** The name of the instance that `env` asks for. Throws ExpansionError. */
export function instanceName(definition: JobDefinition, env: readonly string[]): string {
  return expand(definition.instance, env);
}

export function findInstance(context: Context, jobClass: ClassState, name: string): InstanceState | undefined {
  const id = jobClass.instances.get(name);
  return id === undefined ? undefined : context.instance(id);
}

export function findOrCreateInstance(context: Context, jobClass: ClassState, name: string): InstanceState {
  const found = findInstance(context, jobClass, name);
  if (found) return found;
  const { stopOn } = jobClass.definition;
  const instance: InstanceState = {
    id: context.newId(),
    class: jobClass.id,
    name,
    goal: 'stop',
    state: 'waiting',
    env: [],
    startEnv: null,
    stopEnv: [],
    stopOn: stopOn ? newConditionState(stopOn) : null,
    processes: {},
    blocker: 0,
    blocking: [],
    waiters: [],
    failure: null,
    respawnTime: 0,
    respawnCount: 0,
    respawns: 0,
    killTimer: 0,
    hints: [],
  };
  jobClass.instances.set(name, instance.id);
  context.state.instances.set(instance.id, instance);
  context.notify({ event: 'instance-added', job: jobClass.definition.name, instance: name });
  return instance;
}
