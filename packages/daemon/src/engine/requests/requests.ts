/**
 * The requests that start, stop and signal jobs and emit events (reference: jobs §2; control §3.2).
 */
import { type Requester, upstartError } from '@upstart/protocol';
import { arePairs, mergeVariables } from '../environment/environment.ts';
import { ExpansionError } from '../environment/expand.ts';
import { byRequest, restarted } from '../lifecycle/causes.ts';
import {
  checkEnvironment,
  checkHeld,
  checkStart,
  classEnvironment,
  exceeded,
  findInstance,
  findOrCreateInstance,
  instanceName,
} from '../lifecycle/instances.ts';
import { changeGoal } from '../lifecycle/lifecycle.ts';
import { MAX_ENVIRONMENT, MAX_EVENTS } from '../limits.ts';
import { emitEvent, release, reply } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import type { EngineRequest, TargetSpec } from '../model/messages.ts';
import { type ClassState, displayName, type InstanceState, isEnding } from '../model/state.ts';
import { signalMain } from '../processes/processes.ts';
import { changeEnvironment } from './environment-requests.ts';

type JobRequest = Extract<EngineRequest, { method: 'start' | 'stop' | 'restart' }>;

/** Applies a request. Replies now or, for a client that waits, later. Throws UpstartError. */
export function handleRequest(context: Context, key: string, request: EngineRequest): void {
  switch (request.method) {
    case 'start':
    case 'stop':
    case 'restart':
      handleJobRequest(context, key, request);
      return;
    case 'reload':
      reload(context, key, request.target);
      return;
    case 'emit':
      if (emit(context, key, request)) return;
      break;
    case 'notifyDiskWriteable':
      context.command((id) => ({ type: 'flush-logs', id }));
      break;
    case 'setLogPriority':
      context.state.logPriority = request.priority;
      break;
    default:
      changeEnvironment(context, request);
  }
  reply(context, key, null);
}

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

function handleJobRequest(context: Context, key: string, request: JobRequest): void {
  // Nothing starts any more: a request for it is answered at once.
  if (isEnding(context) && request.method === 'start') throw upstartError('job-failed-to-start');
  if (isEnding(context) && request.method === 'restart') throw upstartError('job-failed-to-restart');
  const instance = JOB_REQUESTS[request.method](context, request.target);
  // Releases waiters for another outcome: it will not come any more.
  release(context, instance, false);
  if (request.wait) instance.waiters.push({ kind: request.method, key });
  else reply(context, key, { instance: instance.name });
  const by = byRequest(instance, ...requester(context, request.from));
  instance.cause = request.method === 'restart' ? restarted(by) : by;
  if (request.method === 'restart') changeGoal(context, instance, 'stop');
  changeGoal(context, instance, request.method === 'stop' ? 'stop' : 'start');
}

/** The instance that a request comes from, and its job's name. An environment may name jobs of another init. */
function requester(context: Context, from: Requester | undefined): [InstanceState | undefined, string] {
  const jobClass = from && context.state.classes.get(from.job);
  return [jobClass && findInstance(context, jobClass, from.instance), from?.job ?? ''];
}

/** Prepares the instance for its new goal. Variables that an earlier request left for it are forgotten. */
const JOB_REQUESTS: Record<JobRequest['method'], (context: Context, target: TargetSpec) => InstanceState> = {
  start(context, target) {
    const { jobClass, name, instance: found, env } = locate(context, target);
    if (!found && env === null) throw upstartError('unknown-instance', name);
    if (found?.goal === 'start') {
      throw upstartError('already-started', displayName(jobClass.definition.name, name));
    }
    if (env) checkStart(context, jobClass, name, env);
    const instance = findOrCreateInstance(context, jobClass, name);
    delete jobClass.refused;
    context.setTable(instance, 'startEnv', env);
    return instance;
  },

  stop(context, target) {
    const { jobClass, name, instance } = locateInstance(context, target);
    if (instance.goal === 'stop') throw upstartError('already-stopped', displayName(jobClass.definition.name, name));
    const env = 'env' in target ? [...target.env] : [];
    checkEnvironment(env);
    context.setTable(instance, 'stopEnv', env);
    return instance;
  },

  restart(context, target) {
    const { name, instance, env } = locateInstance(context, target, false);
    if (instance.goal === 'stop') throw upstartError('already-stopped', name);
    if (env) checkEnvironment(env);
    context.setTable(instance, 'startEnv', env);
    context.setTable(instance, 'stopEnv', []);
    return instance;
  },
};

/** The reply comes when the signal has been sent: a client that reloads a job continues after it. */
function reload(context: Context, key: string, target: TargetSpec): void {
  const { jobClass, name, instance } = locateInstance(context, target);
  const { main } = instance.processes;
  if (!main) throw upstartError('not-running', displayName(jobClass.definition.name, name));
  context.state.signalled.set(signalMain(context, main, jobClass.definition.reloadSignal), key);
}

/** Emits an event; returns whether the reply comes later. */
function emit(context: Context, key: string, request: Extract<EngineRequest, { method: 'emit' }>): boolean {
  if (request.name === '') throw upstartError('empty-name');
  if (!arePairs(request.env)) throw upstartError('env-not-pairs');
  checkEnvironment(request.env);
  if (request.name.length > MAX_ENVIRONMENT) throw exceeded('Name too long', MAX_ENVIRONMENT, 'characters');
  checkHeld(context);
  if (context.state.events.size >= MAX_EVENTS)
    throw exceeded('Too many events that are not over', MAX_EVENTS, 'events');
  const event = emitEvent(context, request.name, request.env);
  if (request.wait) event.waiters.push({ kind: 'emit', key });
  const [emitter] = requester(context, request.from);
  if (emitter && request.wait) event.emitter = emitter.id;
  return request.wait;
}
