/**
 * Leases (`cluster one`, `cluster at most`): an instance gets one before it begins to start, and gives it back when it has ended. A keeper
 * outside of the engine acquires and renews them; it hears of those that are wanted or given back by notifications, and asks for all
 * (`leaseStatus`). Deadlines are times of the monotonic clock, which all processes of the machine share.
 */
import type { JobDefinition } from '@upstart/job-language';
import type { LeaseStatus } from '@upstart/protocol';
import type { Context } from '../model/context.ts';
import { recordLease } from '../model/history.ts';
import type { LeaseState } from '../model/lease-state.ts';
import { waitsForTimer } from '../model/process-state.ts';
import { type InstanceState, processesOf } from '../model/state.ts';

/** So long before the deadline no process is left: for clocks of different speed, and the time that a kill takes. In milliseconds. */
export const LEASE_MARGIN_MS = 1000;

/** The moments of monotonic time at which the end of a lease that is not renewed proceeds, in milliseconds. */
export interface LeaseEnd {
  /** The stop begins. */
  stopMs: number;
  /** Hooks and events have had their time: the kill signal is sent. */
  signalMs: number;
  /** SIGKILL for all processes. */
  killMs: number;
}

/**
 * The stop gets the kill timeout, and for each of pre-stop and post-stop the hook timeout, or without one the kill timeout again; at most
 * half of the time that a lease lasts.
 */
export function leaseEnd(context: Context, instance: InstanceState, lease: LeaseState): LeaseEnd {
  const { killTimeoutS, hookTimeoutS, processes } = context.classOf(instance).definition;
  const killTimeoutMs = killTimeoutS * 1000;
  const hookTimeMs = (hookTimeoutS ?? context.state.settings.hookTimeoutS) * 1000 || killTimeoutMs;
  const beforeMs = processes['pre-stop'] ? hookTimeMs : 0;
  const afterMs = killTimeoutMs + (processes['post-stop'] ? hookTimeMs : 0);
  const killMs = killTimeMs(lease);
  const stopMs = killMs - Math.min(beforeMs + afterMs, (lease.ttlMs - LEASE_MARGIN_MS) / 2);
  return { stopMs, signalMs: Math.max(stopMs, killMs - afterMs), killMs };
}

/** The name of the lease: that of the stanza, or of the instance. */
export function leaseName({ name: job, cluster }: JobDefinition, instance: string): string {
  return cluster?.group ?? (instance === '' ? job : `${job}/${instance}`);
}

/** Whether the instance waits for its lease, and so has not begun to start. */
export function awaitsLease({ lease }: InstanceState): boolean {
  return lease?.step === 'awaited';
}

/** Whether the lease has been given up, or will be as soon as the instance has stopped. */
export function losesLease({ lease }: InstanceState): boolean {
  return lease !== undefined && lease.step !== 'awaited' && lease.step !== 'held';
}

/** Whether no process may be started any more. */
export function isOutOfTime({ lease }: InstanceState): boolean {
  return lease?.step === 'over';
}

/** The instance is about to start: begins to wait for a lease, unless it needs none or has one. Returns whether it waits. */
export function awaitLease(context: Context, instance: InstanceState): boolean {
  const { definition } = context.classOf(instance);
  if (definition.cluster === null || instance.lease?.step === 'held' || !context.needsLeases) return false;
  giveBackLease(context, instance);
  delete instance.forced;
  const name = leaseName(definition, instance.name);
  instance.lease = { id: context.newId(), name, step: 'awaited', token: 0, deadlineMs: 0, ttlMs: 0, timer: 0 };
  context.notify({ event: 'lease-wanted', job: definition.name, instance: instance.name });
  return true;
}

/** No process of the instance is left, and it does not start now: another one may have its lease. */
export function giveBackLease(context: Context, instance: InstanceState): void {
  const { lease } = instance;
  if (!lease) return;
  if (lease.timer !== 0) context.disarm(lease.timer);
  if (lease.step !== 'awaited' && lease.step !== 'over')
    recordLease(context, instance, lease, 'returned', { kind: 'process', text: 'because no process of it is left' });
  delete instance.lease;
  const { name: job } = context.classOf(instance).definition;
  context.notify({ event: 'lease-returned', job, instance: instance.name, lease: lease.id });
}

/** Arms the timer of the next step of a lease that is held or ending. */
export function armLease(context: Context, instance: InstanceState, lease: LeaseState): void {
  if (lease.timer !== 0) context.disarm(lease.timer);
  lease.timer = 0;
  if (lease.step === 'awaited' || lease.step === 'over') return;
  const { stopMs, signalMs, killMs } = leaseEnd(context, instance, lease);
  const dueMs = { held: stopMs, ending: signalMs, signalled: killMs }[lease.step];
  lease.timer = context.arm(Math.max(0, dueMs - context.nowMs), { kind: 'lease', instance: instance.id });
}

/** When no process of the instance may be left. The supervisor kills them then, even while there is no daemon. */
export function killTimeMs({ deadlineMs }: LeaseState): number {
  return deadlineMs - LEASE_MARGIN_MS;
}

/** The deadline has moved: tells the supervisor for the processes that there are. */
export function moveDeadlines(context: Context, instance: InstanceState, lease: LeaseState): void {
  const dueMs = killTimeMs(lease);
  for (const [, process] of processesOf(instance)) {
    const { token } = process;
    if (!waitsForTimer(process)) context.command((id) => ({ type: 'deadline', id, process: token, dueMs }));
  }
}

/** All leases that instances want or have. */
export function leaseStatus(context: Context): LeaseStatus[] {
  const found: LeaseStatus[] = [];
  for (const instance of context.state.instances.values()) {
    const { lease } = instance;
    const { name: job, cluster } = context.classOf(instance).definition;
    if (!lease || !cluster) continue;
    const { id, name, step, token, deadlineMs, heldBy = null } = lease;
    const stops = step === 'signalled' || (step === 'held' && instance.goal === 'stop');
    const state = stops ? 'ending' : step;
    const { most, prefer } = cluster;
    found.push({ lease: id, job, instance: instance.name, name, most, prefer, state, token, deadlineMs, heldBy });
  }
  return found;
}
