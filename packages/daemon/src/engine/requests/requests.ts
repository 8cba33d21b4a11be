/**
 * The requests that start, stop and signal jobs and emit events (reference: jobs §2; control §3.2).
 */

import { type FeedPlace, type Requester, upstartError } from '@upstart/protocol';
import { arePairs } from '../environment/environment.ts';
import { chainOfProcess } from '../events/restart-chain.ts';
import { awaitsLease } from '../leases/lease.ts';
import { byRequest, restarted } from '../lifecycle/causes.ts';
import {
  checkEnvironment,
  checkHeld,
  checkStart,
  exceeded,
  findInstance,
  findOrCreateInstance,
} from '../lifecycle/instances.ts';
import { leaseGranted, leaseHandedOver, leaseHeldBy, leaseLost } from '../lifecycle/lease-end.ts';
import { changeGoal, resume } from '../lifecycle/lifecycle.ts';
import { isToStop } from '../lifecycle/restart.ts';
import { MAX_ENVIRONMENT, MAX_EVENTS, MAX_FEEDS } from '../limits.ts';
import { emitEvent, release, reply } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { recordEvent, type Why } from '../model/history.ts';
import type { EngineRequest } from '../model/messages.ts';
import { keepSockets, setFile, setStart } from '../model/next-run.ts';
import { forgetOutgoing } from '../model/outgoing.ts';
import { displayName, type InstanceState, isEnding } from '../model/state.ts';
import { forceHooks } from '../processes/hooks.ts';
import { changeEnvironment } from './environment-requests.ts';
import { locate, locateInstance } from './locate.ts';
import { kill, reload } from './signals.ts';

type JobRequest = Extract<EngineRequest, { method: 'start' | 'stop' | 'restart' }>;
type EmitRequest = Extract<EngineRequest, { method: 'emit' }>;

/** Applies a request. Replies now or, for a client that waits, later. Throws UpstartError. */
export function handleRequest(context: Context, key: string, request: EngineRequest): void {
  switch (request.method) {
    case 'start':
    case 'stop':
    case 'restart':
      handleJobRequest(context, key, request);
      return;
    case 'reload':
      reload(context, key, request);
      return;
    case 'kill':
      kill(context, key, request);
      return;
    case 'emit':
      if (emit(context, key, request)) return;
      break;
    case 'notifyDiskWriteable':
      context.command((id) => ({ type: 'flush-logs', id }));
      break;
    case 'notifyDBusAddress':
      context.state.dbusAddress = request.address;
      break;
    case 'keepSockets':
      keepSockets(context, new Map(Object.entries(request.sockets)));
      break;
    case 'grantLease':
      leaseGranted(context, request);
      break;
    case 'endLease':
      if (request.handOver) leaseHandedOver(context, request);
      else leaseLost(context, request);
      break;
    case 'tellLeaseHolder':
      leaseHeldBy(context, request.lease, request.holder);
      break;
    case 'outgoingSent':
      forgetOutgoing(context, request);
      break;
    case 'setLogPriority':
      context.state.logPriority = request.priority;
      break;
    default:
      changeEnvironment(context, request);
  }
  reply(context, key, null);
}

function handleJobRequest(context: Context, key: string, request: JobRequest): void {
  // Nothing starts any more: a request for it is answered at once.
  if (isEnding(context) && request.method === 'start') throw upstartError('job-failed-to-start');
  if (isEnding(context) && request.method === 'restart') throw upstartError('job-failed-to-restart');
  const instance = JOB_REQUESTS[request.method](context, request);
  const { method } = request;
  const isUnderWay = (method === 'stop' && isToStop(instance)) || (method === 'restart' && instance.restarts === true);
  // Releases waiters for another outcome: it will not come any more.
  if (!isUnderWay) release(context, instance, false);
  if (request.wait) instance.waiters.push({ kind: request.method, key });
  else reply(context, key, { instance: instance.name });
  if (request.force) forceHooks(context, instance);
  if (isUnderWay) return;
  delete instance.restarts;
  const by = request.by === undefined ? byRequest(instance, ...requester(context, request.from)) : `by ${request.by}`;
  instance.cause = request.method === 'restart' ? restarted(by) : by;
  const why = whyOf(request, requester(context, request.from)[0]);
  // A restart in the pause before a respawn, or before the lease is there, has nothing to stop.
  if (request.method === 'restart' && !awaitsLease(instance) && !resume(context, instance))
    changeGoal(context, instance, 'stop', why);
  changeGoal(context, instance, request.method === 'stop' ? 'stop' : 'start', why);
}

function whyOf({ method, peer }: JobRequest | EmitRequest, from: InstanceState | undefined): Why {
  return { kind: 'request', request: method, peer, after: from?.lastChange ?? 0 };
}

/** The instance that a request comes from, and its job's name. An environment may name jobs of another init. */
function requester(context: Context, from: Requester | undefined): [InstanceState | undefined, string] {
  const jobClass = from && context.state.classes.get(from.job);
  return [jobClass && findInstance(context, jobClass, from.instance), from?.job ?? ''];
}

/** Prepares the instance for its new goal. Variables that an earlier request left for it are forgotten. */
const JOB_REQUESTS: Record<JobRequest['method'], (context: Context, request: JobRequest) => InstanceState> = {
  start(context, { target }) {
    const { jobClass, name, instance: found, env } = locate(context, target);
    if (!found && env === null) throw upstartError('unknown-instance', name);
    if (found?.goal === 'start' || found?.restarts) {
      throw upstartError('already-started', displayName(jobClass.definition.name, name));
    }
    if (env) checkStart(context, jobClass, name, env);
    const instance = findOrCreateInstance(context, jobClass, name);
    delete jobClass.refused;
    setStart(context, instance, env);
    return instance;
  },

  stop(context, { target, force = false }) {
    const { jobClass, name, instance } = locateInstance(context, target);
    // A stop that another one waits for can still be forced.
    if (isToStop(instance) && force) return instance;
    if (isToStop(instance)) throw upstartError('already-stopped', displayName(jobClass.definition.name, name));
    const env = 'env' in target ? [...target.env] : [];
    checkEnvironment(env);
    context.setTable(instance, 'stopEnv', env);
    return instance;
  },

  restart(context, { target }) {
    const { name, instance, env } = locateInstance(context, target, false);
    if (isToStop(instance)) throw upstartError('already-stopped', name);
    if (env) checkEnvironment(env);
    setStart(context, instance, env);
    context.setTable(instance, 'stopEnv', []);
    return instance;
  },
};

/** Emits an event; returns whether the reply comes later. */
function emit(context: Context, key: string, request: EmitRequest): boolean {
  if (request.place && hasTaken(context, request.place)) return false;
  if (request.name === '') throw upstartError('empty-name');
  if (!arePairs(request.env)) throw upstartError('env-not-pairs');
  checkEnvironment(request.env);
  if (request.name.length > MAX_ENVIRONMENT) throw exceeded('Name too long', MAX_ENVIRONMENT, 'characters');
  checkHeld(context);
  if (context.state.events.size >= MAX_EVENTS)
    throw exceeded('Too many events that are not over', MAX_EVENTS, 'events');
  if (request.place) noteTaken(context, request.place);
  const [emitter, job] = requester(context, request.from);
  const event = emitEvent(context, request.name, request.env, 0, emitter && chainOfProcess(context, emitter));
  if (request.only) event.only = request.only;
  if (request.file !== undefined) setFile(context, event, request.file);
  if (request.wait) event.waiters.push({ kind: 'emit', key });
  const text = emitter ? `by job ${displayName(job, emitter.name)}` : `by ${request.by ?? 'request'}`;
  recordEvent(context, event, { ...whyOf(request, emitter), text });
  if (emitter && request.wait) event.emitter = emitter.id;
  return request.wait;
}

/** Whether the event was emitted before: its feed delivers it again. */
function hasTaken({ state }: Context, { feed, sequence }: FeedPlace): boolean {
  return sequence <= (state.feeds?.get(feed) ?? 0);
}

function noteTaken({ state }: Context, { feed, sequence }: FeedPlace): void {
  state.feeds ??= new Map();
  state.feeds.delete(feed);
  state.feeds.set(feed, sequence);
  const [oldest] = state.feeds.keys();
  if (oldest !== undefined && state.feeds.size > MAX_FEEDS) state.feeds.delete(oldest);
}
