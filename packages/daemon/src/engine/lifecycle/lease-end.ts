/**
 * What the keeper of leases, or the time, does to the lease of an instance (`leases/lease.ts`): it may start, or has to stop and to wait
 * for another lease. The stop is over before another host can have the lease, whether or not the keeper still lives.
 */
import { SIGKILL } from '@upstart/common';
import { type State, upstartError } from '@upstart/protocol';
import { armLease, giveBackLease, killTimeMs, leaseEnd, leaseName, moveDeadlines } from '../leases/lease.ts';
import type { Context } from '../model/context.ts';
import { recordLease, type Why } from '../model/history.ts';
import type { LeaseState } from '../model/lease-state.ts';
import type { EngineRequest } from '../model/messages.ts';
import { waitsForTimer } from '../model/process-state.ts';
import { type InstanceState, processesOf } from '../model/state.ts';
import { jobCgroup } from '../processes/cgroups.ts';
import { forceHooks } from '../processes/hooks.ts';
import { killMain } from '../processes/processes.ts';
import { restarted } from './causes.ts';
import { beginStart, changeGoal } from './lifecycle.ts';

/** States behind which nothing stands but the wait for the next lease. */
const STOPS: ReadonlySet<State> = new Set(['stopping', 'killed', 'post-stopping', 'post-stop']);

type Granted = Extract<EngineRequest, { method: 'grantLease' }>;
type Ended = Extract<EngineRequest, { method: 'endLease' }>;

/** The lease is this instance's until the deadline, or longer than before. Throws UpstartError if that is too short to begin with. */
export function leaseGranted(context: Context, request: Granted): void {
  const { lease: id, token, deadlineMs, ttlMs, from, method, peer } = request;
  const [instance, lease] = findLease(context, id);
  // The daemon may have read it late, but a lease never lasts longer from now on than from its renewal on.
  const untilMs = Math.min(deadlineMs, context.nowMs + ttlMs);
  if (lease.step === 'awaited') {
    const granted: LeaseState = { id, name: lease.name, step: 'held', token, deadlineMs: untilMs, ttlMs, timer: 0 };
    if (leaseEnd(context, instance, granted).stopMs <= context.nowMs) throw upstartError('lease-expired', lease.name);
    instance.lease = granted;
    context.logAbout(instance, 'info', `${context.display(instance)} has the lease ${lease.name} (token ${token})`);
    const text = from === undefined ? '' : `from host ${from}`;
    recordLease(context, instance, granted, 'taken', { kind: 'request', request: method, text, peer });
    armLease(context, instance, granted);
    beginStart(context, instance);
    return;
  }
  // A daemon that stood still may read it after the supervisor has killed the processes.
  const isOver = lease.step === 'over' || killTimeMs(lease) <= context.nowMs;
  if (isOver || lease.token !== token) throw upstartError('lease-expired', lease.name);
  if (untilMs <= lease.deadlineMs) return;
  lease.deadlineMs = untilMs;
  lease.ttlMs = ttlMs;
  armLease(context, instance, lease);
  moveDeadlines(context, instance, lease);
}

/** The instance gives its lease to another host, after an ordinary stop, and waits for it again. */
export function leaseHandedOver(context: Context, request: Ended): void {
  const { reason } = request;
  const [instance, lease] = findLease(context, request.lease);
  if (lease.step !== 'held') return;
  lease.step = 'ending';
  recordLease(context, instance, lease, 'handed-over', askedFor(request));
  stopForLease(context, instance, `because its lease is handed over (${reason})`);
  if (instance.lease === lease) armLease(context, instance, lease);
}

/** Another host may have the lease already. */
export function leaseLost(context: Context, request: Ended): void {
  const [instance, lease] = findLease(context, request.lease);
  if (lease.step === 'awaited' || lease.step === 'over') return;
  endLease(context, instance, lease, `was lost (${request.reason})`, askedFor(request));
}

const askedFor = ({ method, reason, peer }: Ended): Why & { text: string } => ({
  ...{ kind: 'request', request: method, peer },
  text: reason === '' ? '' : `because ${reason}`,
});

/** While the instance waits: who has the lease, for explanations; null: nobody that is known. */
export function leaseHeldBy(context: Context, id: number, host: string | null): void {
  const [, lease] = findLease(context, id);
  if (host === null) delete lease.heldBy;
  else if (lease.step === 'awaited') lease.heldBy = host;
}

/** A process of the instance was found running that the state did not know, as it was lost: so is the deadline of its lease. */
export function leaseNotKnown(context: Context, instance: InstanceState): void {
  const { definition } = context.classOf(instance);
  const { lease } = instance;
  if (definition.cluster === null || lease?.step === 'held') return;
  if (lease && lease.timer !== 0) context.disarm(lease.timer);
  const name = leaseName(definition, instance.name);
  const id = lease?.id ?? context.newId();
  instance.lease = { id, name, step: 'held', token: 0, deadlineMs: 0, ttlMs: 0, timer: 0 };
  endLease(context, instance, instance.lease, 'is not known any more', {
    kind: 'init',
    text: 'because it is not known any more',
  });
}

/** A process of the instance has ended. The supervisor may have killed it at the end of the lease, before the daemon had its turn. */
export function leaseMayBeOver(context: Context, instance: InstanceState): void {
  const { lease } = instance;
  if (lease === undefined || lease.step === 'awaited' || lease.step === 'over') return;
  if (killTimeMs(lease) <= context.nowMs) leaseTimePassed(context, instance);
}

/** The timer of the lease has passed. */
export function leaseTimePassed(context: Context, instance: InstanceState): void {
  const { lease } = instance;
  if (!lease) return;
  lease.timer = 0;
  // In a simulation nobody renews it.
  if (!context.needsLeases) return;
  const { stopMs, signalMs, killMs } = leaseEnd(context, instance, lease);
  const { nowMs } = context;
  if (nowMs >= killMs) {
    endLease(context, instance, lease, 'was not renewed in time', NOT_RENEWED);
    return;
  }
  if (nowMs >= stopMs && lease.step === 'held') {
    lease.step = 'ending';
    const text = `${context.display(instance)} has not had its lease ${lease.name} renewed in time: stopping it`;
    context.logAbout(instance, 'warn', text);
    recordLease(context, instance, lease, 'given-up', NOT_RENEWED);
    stopForLease(context, instance, 'because its lease was not renewed in time');
  }
  if (nowMs >= signalMs && lease.step === 'ending' && instance.lease === lease) {
    lease.step = 'signalled';
    forceHooks(context, instance);
    if (instance.processes.main && instance.killTimer === 0) killMain(context, instance);
  }
  if (instance.lease === lease) armLease(context, instance, lease);
}

const NOT_RENEWED = { kind: 'timer', text: 'because it was not renewed in time' } as const;

/** The time is over: every process gets SIGKILL, hooks too, and no other one is started. `words` continue `its lease NAME …`. */
function endLease(
  context: Context,
  instance: InstanceState,
  lease: LeaseState,
  words: string,
  why: Why & { text: string },
): void {
  const isNew = lease.step === 'held';
  lease.step = 'over';
  armLease(context, instance, lease);
  const text = `${context.display(instance)}: its lease ${lease.name} ${words}: killing what is left of it`;
  context.logAbout(instance, 'warn', text);
  recordLease(context, instance, lease, 'lost', why);
  instance.forced = true;
  if (isNew) stopForLease(context, instance, `because its lease ${words}`);
  for (const [, process] of processesOf(instance)) {
    const { token } = process;
    if (!waitsForTimer(process))
      context.command((id) => ({ type: 'signal', id, process: token, signal: SIGKILL, group: true }));
  }
  const { name } = context.classOf(instance).definition;
  const cgroup = jobCgroup(context.state.settings, name, instance.name);
  if (cgroup !== null) context.command((id) => ({ type: 'kill-cgroup', id, cgroup }));
}

/** Stops the instance, to start again once it has another lease. */
function stopForLease(context: Context, instance: InstanceState, by: string): void {
  if (instance.goal === 'stop') return;
  if (STOPS.has(instance.state)) {
    // In the pause before a respawn there is nothing to wait for.
    if (instance.pause?.timer) giveBackLease(context, instance);
    return;
  }
  instance.cause = restarted(by);
  changeGoal(context, instance, 'stop', { kind: 'init' });
  if (STOPS.has(instance.state)) changeGoal(context, instance, 'start', { kind: 'init' });
  else instance.restarts = true;
}

function findLease(context: Context, id: number): [InstanceState, LeaseState] {
  for (const instance of context.state.instances.values())
    if (instance.lease?.id === id) {
      context.concern = instance;
      return [instance, instance.lease];
    }
  throw upstartError('unknown-lease', String(id));
}
