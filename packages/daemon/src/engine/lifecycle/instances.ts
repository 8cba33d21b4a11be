/**
 * Instances of job classes: their names, and making them (reference: jobs §1, §7).
 */

import type { JobDefinition } from '@upstart/job-language';
import { UpstartError, upstartError } from '@upstart/protocol';
import {
  applyLines,
  getVariable,
  indexVariables,
  lengthOf,
  setVariable,
  unsetVariable,
} from '../environment/environment.ts';
import { ExpansionError, expand, tooLong } from '../environment/expand.ts';
import {
  MAX_ENVIRONMENT,
  MAX_HELD,
  MAX_INSTANCE_NAME,
  MAX_INSTANCES,
  MAX_INSTANCES_OF_JOB,
  MAX_NAMES,
  MAX_VARIABLES,
} from '../limits.ts';
import { newConditionState } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { ClassState, InstanceState } from '../model/state.ts';

/** Up to so many lines are applied one by one; a table of them pays for more. */
const FEW = 16;

/** The initial environment of every run: the job environment table and the job's `env` lines. */
export function classEnvironment(context: Context, { env: lines }: JobDefinition): string[] {
  const { environment, settings } = context.state;
  const many = lines.length > FEW;
  const inherited = many ? indexVariables(settings.initEnv) : null;
  const entries = lines.map((line) => {
    if (line.includes('=')) return line;
    const value = inherited ? inherited.get(line) : getVariable(settings.initEnv, line);
    return value === undefined ? line : `${line}=${value}`;
  });
  context.work.add(environment.length + entries.length);
  if (many) return applyLines(environment, entries);
  const env = [...environment];
  for (const entry of entries) {
    if (entry.includes('=')) setVariable(env, entry);
    else unsetVariable(env, entry);
  }
  return env;
}

const NAME_LIMITS = { stanza: 'instance', most: MAX_INSTANCE_NAME };

/** The name of the instance that `env` asks for. Throws ExpansionError. */
export function instanceName(definition: JobDefinition, env: readonly string[]): string {
  const name = expand(definition.instance, env, NAME_LIMITS);
  if (name.length > MAX_INSTANCE_NAME) throw tooLong(NAME_LIMITS);
  return name;
}

/** Rejects a table of variables that is too large for any program. Throws UpstartError. */
export function checkEnvironment(env: readonly string[]): void {
  if (env.length > MAX_VARIABLES) throw exceeded('Environment too large', MAX_VARIABLES, 'variables');
  if (lengthOf(env) > MAX_ENVIRONMENT) throw exceeded('Environment too large', MAX_ENVIRONMENT, 'characters');
}

/** Rejects a growth of the state by at least `more` characters beyond the limit. Throws UpstartError. */
export function checkHeld({ held }: Context, more = 0): void {
  if (held.text + more > MAX_HELD)
    throw exceeded('Variables of all instances and events too large', MAX_HELD, 'characters');
}

export function exceeded(what: string, most: number, unit: string): UpstartError {
  return upstartError('limit-exceeded', `${what}: at most ${most} ${unit}`);
}

/** Rejects a run with too many variables, and an instance beyond the limit. Throws UpstartError. */
export function checkStart(context: Context, { definition, instances }: ClassState, name: string, env: string[]): void {
  checkEnvironment(env);
  checkHeld(context);
  if (instances.has(name)) return;
  const { held, state } = context;
  if (instances.size >= MAX_INSTANCES_OF_JOB)
    throw exceeded(`Too many instances of ${definition.name}`, MAX_INSTANCES_OF_JOB, 'instances');
  if (state.instances.size >= MAX_INSTANCES) throw exceeded('Too many instances', MAX_INSTANCES, 'of all jobs');
  if (held.names + name.length > MAX_NAMES) throw exceeded('Names of all instances too long', MAX_NAMES, 'characters');
}

/** Notes why the job was not started, for explanations, until it is. */
export function noteRefusal(context: Context, jobClass: ClassState, error: unknown): string {
  if (!(error instanceof ExpansionError || error instanceof UpstartError)) throw error;
  jobClass.refused = { at: context.wallMs, text: error.message };
  return error.message;
}

export function findInstance(context: Context, jobClass: ClassState, name: string): InstanceState | undefined {
  const id = jobClass.instances.get(name);
  return id === undefined ? undefined : context.instance(id);
}

export function findOrCreateInstance(context: Context, jobClass: ClassState, name: string): InstanceState {
  const found = findInstance(context, jobClass, name);
  if (found) return found;
  const { stopOn, restartOn, reloadOn } = jobClass.definition;
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
    respawnWindowS: 0,
    respawnCount: 0,
    respawns: 0,
    killTimer: 0,
    hints: [],
  };
  if (restartOn) instance.restartOn = newConditionState(restartOn);
  if (reloadOn) instance.reloadOn = newConditionState(reloadOn);
  jobClass.instances.set(name, instance.id);
  context.addInstance(instance);
  context.notify({ event: 'instance-added', job: jobClass.definition.name, instance: name });
  return instance;
}
