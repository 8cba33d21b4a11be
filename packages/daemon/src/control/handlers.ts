/**
 * The handlers of the protocol's methods. Methods that change something go through the engine's journal; questions are
 * answered from its state as it stands.
 */
import { resolve } from 'node:path';
import type { BrokenFile } from '@upstart/common';
import {
  type Asking,
  type Behalf,
  LOG_PRIORITIES,
  type Method,
  numbersOf,
  type Params,
  PRIVILEGED,
  PROTOCOL_VERSION,
  type Result,
  upstartError,
} from '@upstart/protocol';
import { explainEvents } from '../engine/explain/explain.ts';
import { question } from '../engine/explain/question.ts';
import { troubles } from '../engine/explain/troubles.ts';
import { leaseStatus } from '../engine/leases/lease.ts';
import { readEnvironment, readVariable } from '../engine/requests/environment-requests.ts';
import {
  type Details,
  eachJob,
  instanceLogPath,
  isSettled,
  jobConfigs,
  jobStatus,
  listJobs,
} from '../engine/requests/queries.ts';
import { targetNotes } from '../log-targets/notes.ts';
import { monotonicNow } from '../time/clock.ts';
import { timersOf } from '../timers/timers.ts';
import { change, changeNamed } from './changes.ts';
import type { Caller, ControlContext } from './context.ts';
import { lookAtDetails } from './details.ts';
import { explanationOf } from './explanation.ts';

type Handler<M extends Method> = (
  context: ControlContext,
  params: Params<M>,
  caller: Caller,
) => Result<M> | Promise<Result<M>>;

/** How long, in milliseconds, an answer waits for processes that are being started. */
const SETTLE_LIMIT_MS = 1000;

/** Resolves when the processes of one job, or (null) of all, have settled (`isSettled`). The value: whether that took a while. */
async function settle({ runner }: ControlContext, job: string | null): Promise<boolean> {
  let looks = 0;
  await runner.settled(() => {
    looks++;
    return isSettled(runner.engine.context, job);
  }, SETTLE_LIMIT_MS);
  return looks > 1;
}

function target(params: Params<'status'>): Params<'status'> {
  return 'instance' in params ? { job: params.job, instance: params.instance } : { job: params.job, env: params.env };
}

/** Content of the files is only for clients that may read them all. */
function brokenFiles({ configuration }: ControlContext, { privileged }: Caller): BrokenFile[] {
  const files = configuration.broken();
  return privileged ? files : files.map((file) => ({ ...file, place: null, meant: null }));
}

function lookAtAll(context: ControlContext, caller: Caller): Promise<Details> {
  return lookAtDetails(context, brokenFiles(context, caller), caller.privileged);
}

function behalf({ by }: Behalf): Behalf {
  return by === undefined ? {} : { by };
}

function asking({ wait, from, ...rest }: Asking): Asking {
  return { wait, ...(from === undefined ? {} : { from }), ...behalf(rest) };
}

const HANDLERS: { [M in Method]: Handler<M> } = {
  hello: (context) => ({ version: PROTOCOL_VERSION, daemon: context.version, pid: context.initPid }),
  version: (context) => context.version,

  async list(context, { details = false, job = null }, caller) {
    await caller.turn();
    if (await settle(context, job)) await caller.turn();
    return listJobs(context.runner.engine.context, job, details ? await lookAtAll(context, caller) : null);
  },
  async status(context, params, caller) {
    await settle(context, params.job);
    if (params.details) await caller.turn();
    const details = params.details ? await lookAtAll(context, caller) : null;
    return jobStatus(context.runner.engine.context, target(params), details);
  },
  start: (context, params, caller) =>
    changeNamed(context, caller, { method: 'start', target: target(params), ...asking(params) }),
  stop: (context, params, caller) =>
    changeNamed(context, caller, {
      ...{ method: 'stop', target: target(params), ...asking(params) },
      ...(params.force ? { force: true } : {}),
    }),
  restart: (context, params, caller) =>
    changeNamed(context, caller, { method: 'restart', target: target(params), ...asking(params) }),
  reload: (context, params, caller) =>
    changeNamed(context, caller, { method: 'reload', target: target(params), ...behalf(params) }),
  kill: (context, params, caller) => {
    const { signal, hook } = params;
    return changeNamed(context, caller, {
      ...{ method: 'kill', target: target(params), signal, hook },
      ...behalf(params),
    });
  },
  emit: (context, params, caller) => {
    const file = params.socket === undefined ? caller.file : context.sockets.fileOf(params.socket);
    const { name, env, only, place } = params;
    return changeNamed(context, caller, {
      ...{ method: 'emit', name, env, ...asking(params), ...(file === undefined ? {} : { file }) },
      ...{ ...(only && { only }), ...(place && { place }) },
    });
  },
  feed: (context, { feed }) => context.runner.engine.state.feeds?.get(feed) ?? 0,
  outgoing: (context) => context.runner.engine.state.outgoing ?? { events: [], dropped: 0 },
  outgoingSent: (context, params, caller) => change(context, caller, { method: 'outgoingSent', ...params }),
  listen: (context, { sockets }) => context.sockets.listen(sockets),
  awaitConnection: (context, { socket, newOnly }) => context.sockets.awaitConnection(socket, newOnly),
  leases: (context) => leaseStatus(context.runner.engine.context),
  grantLease: (context, params, caller) => changeNamed(context, caller, { method: 'grantLease', ...params }),
  endLease: (context, params, caller) => changeNamed(context, caller, { method: 'endLease', ...params }),
  tellLeaseHolder: (context, params, caller) => change(context, caller, { method: 'tellLeaseHolder', ...params }),

  sources: (context) => context.sources.status(),
  registerSources(context, params, { closed }) {
    if (!closed) throw upstartError('bad-request', 'only a connection can have sources');
    return { stay: context.sources.register(params, closed) };
  },
  async jobNumbers(context, _params, caller) {
    await caller.turn();
    if (await settle(context, null)) await caller.turn();
    return numbersOf(eachJob(context.runner.engine.context, null, await lookAtAll(context, caller)));
  },
  numbers: ({ runner, counts }) => ({ ...counts, pendingEvents: runner.engine.state.events.size }),
  logTargets: (context) => context.logTargets.status(),
  registerLogShipper(context, params, { closed }) {
    if (!closed) throw upstartError('bad-request', 'only a connection can be the log shipper');
    return context.logTargets.register(params, closed);
  },

  async config(context, { job }, caller) {
    if (job === null) await caller.turn();
    return jobConfigs(context.runner.engine.context, job);
  },
  async brokenFiles(context, _params, caller) {
    await caller.turn();
    return brokenFiles(context, caller);
  },
  reloadConfiguration(context) {
    context.configuration.reload();
    context.sources.changed();
    return null;
  },
  async explain(context, { job }, caller) {
    await caller.turn();
    const broken = brokenFiles(context, caller).filter((file) => file.job === job);
    return explanationOf(context, job, broken, caller.privileged);
  },

  async timers(context, { job }, caller) {
    await caller.turn();
    const { classes } = context.runner.engine.state;
    const wanted = job === null ? classes.values() : [classes.get(job) ?? []].flat();
    return timersOf(wanted, Date.now());
  },
  async troubles(context, _params, caller) {
    await caller.turn();
    const { runner, sources } = context;
    const asked = question(runner.engine.context, monotonicNow(), caller.privileged, sources.status());
    const notes = targetNotes(context.logTargets.status(), 'the output of jobs');
    return { ...troubles(asked, brokenFiles(context, caller)), ...(notes.length === 0 ? {} : { notes }) };
  },

  async explainEvent(context, { name }, caller) {
    await caller.turn();
    return explainEvents(context.runner.engine.context, name, monotonicNow(), caller.privileged);
  },

  getLogPriority: (context) => context.log.priority,
  async setLogPriority(context, params, caller) {
    const priority = LOG_PRIORITIES.find((known) => known === params.priority);
    if (priority === undefined) throw upstartError('invalid-log-priority');
    await change(context, caller, { method: 'setLogPriority', priority });
    context.log.priority = priority;
    return null;
  },

  getEnv: (context, params) => readVariable(context.runner.engine.context, params.target, params.name),
  listEnv: (context, params) => [...readEnvironment(context.runner.engine.context, params.target)],
  setEnv: (context, params, caller) => change(context, caller, { method: 'setEnv', ...params }),
  unsetEnv: (context, params, caller) => change(context, caller, { method: 'unsetEnv', ...params }),
  resetEnv: (context, params, caller) => change(context, caller, { method: 'resetEnv', ...params }),

  notifyDiskWriteable: (context, _params, caller) => change(context, caller, { method: 'notifyDiskWriteable' }),
  async notifyDBusAddress(context, { address }, caller) {
    if (context.runner.engine.state.settings.pid1) throw upstartError('pid1-dbus-address');
    if (context.bus.isJoined()) return null;
    // Remembers an address that cannot be reached, too (reference: dbus §1.2).
    await change(context, caller, { method: 'notifyDBusAddress', address });
    await context.bus.join(address);
    return null;
  },
  // Init sets up control groups itself: it needs no manager, so the address changes nothing.
  notifyCGroupManagerAddress: () => null,
  endSession(context) {
    context.runner.submit({ type: 'quiesce', reason: 'logout' });
    return null;
  },

  reexecute(context) {
    context.runner.submit({ type: 'replace' });
    return new Promise(() => {});
  },

  async history(context, params, caller) {
    await caller.turn();
    context.callers.askNow();
    await context.history.callersKnown();
    return context.history.query(params);
  },
  // A relative folder starts at init's working folder, not at the client's.
  logPath: (context, params) => resolve(instanceLogPath(context.runner.engine.context, target(params))),
  watch(_context, _params, caller) {
    caller.watch();
    return null;
  },
  run(_context, params, caller) {
    if (!caller.run) throw upstartError('bad-request', 'run cannot be called from a command');
    return caller.run(params);
  },
};

/** The file of an unknown job may have been written a moment ago: looks for it once more before the error. */
async function awaitJob({ runner, configuration }: ControlContext, params: object, caller: Caller): Promise<void> {
  const job = 'job' in params ? params.job : null;
  if (typeof job !== 'string' || runner.engine.state.classes.has(job)) return;
  await caller.turn();
  await configuration.settled();
}

/** Carries out one call. Throws UpstartError. */
export async function handle<M extends Method>(
  context: ControlContext,
  method: M,
  params: Params<M>,
  caller: Caller,
): Promise<Result<M>> {
  const privilege = PRIVILEGED[method];
  if (privilege !== undefined && !caller.privileged) throw upstartError('permission-denied', privilege);
  await awaitJob(context, params, caller);
  return HANDLERS[method](context, params, caller);
}
