/**
 * Waiting: conditions and instances keep events from finishing, and clients and instances wait for both
 * (reference: events §4, §5.1; jobs §4.5).
 */

import { isKnownEvent } from '@upstart/job-language';
import { type ErrorCode, upstartError, type WireError } from '@upstart/protocol';
import { MAX_ERROR_TEXT } from '../limits.ts';
import type { ConditionState, EventNode } from './condition-state.ts';
import type { Context } from './context.ts';
import { noteOutgoing } from './outgoing.ts';
import type { Answer, EventState, InstanceState, Waiter } from './state.ts';

/** Queues a new event. `change`: the entry of the history that it follows from; 0: none. `chain`: the restarts by events before it. */
export function emitEvent(context: Context, name: string, env: string[], change = 0, chain = 0): EventState {
  const event: EventState = {
    id: context.newId(),
    name,
    env,
    handled: false,
    failed: false,
    blockers: 0,
    instances: [],
    waiters: [],
  };
  if (change > 0) event.change = change;
  if (chain > 0) event.chain = chain;
  noteSeen(context, name);
  if (context.outgoing.has(name)) noteOutgoing(context, event);
  context.log('debug', `Pending ${name} event`, { event: name });
  context.addEvent(event);
  return event;
}

/** The most names of events that are remembered, and their longest length. */
export const MAX_SEEN = 1000;
const LONGEST_SEEN = 100;

/** Remembers the name of an event; drops the oldest names. */
function noteSeen({ state }: Context, name: string): void {
  if (state.seenEvents?.has(name) || name.length > LONGEST_SEEN || isKnownEvent(name)) return;
  state.seenEvents ??= new Set();
  state.seenEvents.add(name);
  const [oldest] = state.seenEvents;
  if (oldest !== undefined && state.seenEvents.size > MAX_SEEN) state.seenEvents.delete(oldest);
}

export function block(event: EventState): void {
  event.blockers++;
}

export function unblock(context: Context, event: EventState): void {
  event.blockers--;
  if (event.blockers === 0) context.touchEvent(event);
}

/** The events that satisfied nodes of a condition, in the order of the text; one that satisfied two is listed twice. */
export function eventsOf(context: Context, nodes: readonly EventNode[]): EventState[] {
  return nodes.map((node) => context.state.events.get(node.event) as EventState);
}

/** Resets a condition, and releases its events. */
export function resetCondition(context: Context, condition: ConditionState): void {
  for (const node of condition) {
    if (node.op !== 'event' || node.event === 0) continue;
    const event = context.state.events.get(node.event) as EventState;
    node.event = 0;
    unblock(context, event);
  }
}

/** Keeps the events from finishing before the instance has started or stopped. */
export function blockOn(instance: InstanceState, events: readonly EventState[]): void {
  for (const event of events) {
    block(event);
    instance.blocking.push(event.id);
  }
}

const FAILURES: Record<Waiter['kind'], ErrorCode & `${string}fail${string}`> = {
  start: 'job-failed-to-start',
  stop: 'job-failed-while-stopping',
  restart: 'job-failed-to-restart',
  emit: 'event-failed',
};

/** Releases all waiters of the instance, because their request is done, superseded, or has failed. */
export function release(context: Context, instance: InstanceState, failed: boolean): void {
  const { blocking, waiters } = instance;
  if (blocking.length > 0) instance.blocking = [];
  if (waiters.length > 0) instance.waiters = [];
  for (const id of blocking) {
    const event = context.state.events.get(id) as EventState;
    if (failed) event.failed = true;
    unblock(context, event);
    if (event.blockers === 0 && instance.lastChange) event.freed = instance.lastChange;
  }
  for (const waiter of waiters) answerWaiter(context, waiter, failed, { instance: instance.name });
}

export function answerWaiter(context: Context, waiter: Waiter, failed: boolean, result: unknown): void {
  if (failed) replyError(context, waiter.key, upstartError(FAILURES[waiter.kind]).toWire());
  else reply(context, waiter.key, result);
}

export function reply(context: Context, key: string, result: unknown): void {
  context.effects.push({ type: 'reply', key, result });
  settleAnswer(context, key, { result });
}

export function replyError(context: Context, key: string, error: WireError): void {
  const { code, text } = error;
  const short = text.length <= MAX_ERROR_TEXT ? error : { code, text: `${text.slice(0, MAX_ERROR_TEXT - 1)}…` };
  context.effects.push({ type: 'reply-error', key, error: short });
  settleAnswer(context, key, { error: short });
}

/** Keeps the answer to a repeatable request: its client may repeat it. */
function settleAnswer(context: Context, key: string, answer: Answer): void {
  const { asked, answers } = context.state;
  if (!asked.delete(key)) return;
  answers.set(key, answer);
}
