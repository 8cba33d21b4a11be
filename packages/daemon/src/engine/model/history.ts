/**
 * The entries of the history: an effect for each. They are numbered in the state, so that inputs that are applied again give the
 * same ones. Each entry is one literal with all of its fields: a spread in it made every step of an event three times as slow.
 */
import { type Slot, signalName } from '@upstart/common';
import type { Goal, HistoryCause, HistoryEntry, LeaseEntry, Peer, State, StateEntry } from '@upstart/protocol';
import { emitEvent } from './blocking.ts';
import type { Context } from './context.ts';
import type { LeaseState } from './lease-state.ts';
import { type EventState, eventText, type InstanceState } from './state.ts';

/** Characters of a text; a longer one is cut. Names are kept whole: clients look for them. */
export const MAX_HISTORY_TEXT = 200;

/** The peer of a connection: known, or the number of the question that is under way. */
export type PeerReference = Peer | number;

/** The cause of a goal or an event. */
export interface Why {
  kind: HistoryCause['kind'];
  /** Default: the cause of the instance. */
  text?: string;
  request?: string;
  peer?: PeerReference | undefined;
  /** The entry that led to it, if that is not the previous entry of the same instance. */
  after?: number;
}

export function recordGoal(context: Context, instance: InstanceState, to: Goal, why: Why): void {
  const { name } = context.classOf(instance).definition;
  const after = why.after || (instance.lastChange ?? 0);
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after,
    kind: 'goal',
    job: name,
    instance: instance.name,
    from: instance.goal,
    to,
    cause: causeOf(why, why.text ?? instance.cause ?? ''),
  };
  note(context, entry, why);
  instance.lastChange = entry.id;
}

/** The states that follow at once are put into the entry, as its `to`. */
export function recordState(context: Context, instance: InstanceState, to: State, after: number): StateEntry {
  const { name } = context.classOf(instance).definition;
  const entry: StateEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: after || (instance.lastChange ?? 0),
    kind: 'state',
    job: name,
    instance: instance.name,
    from: instance.state,
    to,
  };
  context.effects.push({ type: 'history', entry });
  instance.lastChange = entry.id;
  return entry;
}

export function recordProcess(context: Context, instance: InstanceState, process: Slot, pid: number): void {
  const { name } = context.classOf(instance).definition;
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: instance.lastChange ?? 0,
    kind: 'process',
    job: name,
    instance: instance.name,
    process,
    pid,
  };
  context.effects.push({ type: 'history', entry });
  instance.lastChange = entry.id;
}

/** `status`: exit status or signal << 8; null: no process has run, or its status is unknown. */
export function recordExit(
  context: Context,
  instance: InstanceState,
  { process, pid, status, text }: { process: Slot; pid: number; status: number | null; text: string },
): void {
  const { name } = context.classOf(instance).definition;
  const signal = status === null ? 0 : status >> 8;
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: instance.lastChange ?? 0,
    kind: 'exit',
    job: name,
    instance: instance.name,
    process,
    pid,
    exitStatus: status === null || signal !== 0 ? null : status,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    text: cut(text),
  };
  context.effects.push({ type: 'history', entry });
  instance.lastChange = entry.id;
}

/** A client has a signal sent to a process. */
export function recordSignal(
  context: Context,
  instance: InstanceState,
  { process, pid, signal }: { process: Slot; pid: number; signal: number },
  why: Why & { text: string },
): void {
  const { name } = context.classOf(instance).definition;
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: instance.lastChange ?? 0,
    kind: 'signal',
    job: name,
    instance: instance.name,
    process,
    pid,
    signal: signalName(signal) ?? String(signal),
    cause: causeOf(why, why.text),
  };
  note(context, entry, why);
  instance.lastChange = entry.id;
}

/** The lease of an instance has changed, which is not noted when it is renewed. */
export function recordLease(
  context: Context,
  instance: InstanceState,
  { name: lease, token }: Pick<LeaseState, 'name' | 'token'>,
  change: LeaseEntry['change'],
  why: Why & { text: string },
): void {
  const { name } = context.classOf(instance).definition;
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: instance.lastChange ?? 0,
    kind: 'lease',
    job: name,
    instance: instance.name,
    lease,
    change,
    token,
    cause: causeOf(why, why.text),
  };
  note(context, entry, why);
  instance.lastChange = entry.id;
}

/** Emits an event of init's own. */
export function emitOwnEvent(context: Context, name: string, env: string[]): void {
  recordEvent(context, emitEvent(context, name, env), { kind: 'init', text: 'by init' });
}

/** An event that does not follow from the state of a job; what it causes follows from this entry. */
export function recordEvent(context: Context, event: EventState, why: Why & { text: string }): void {
  const entry: HistoryEntry = {
    id: nextId(context),
    atMs: context.wallMs,
    monotonicMs: sinceBoot(context),
    after: why.after ?? 0,
    kind: 'event',
    event: cut(eventText(event)),
    cause: causeOf(why, why.text),
  };
  note(context, entry, why);
  event.change = entry.id;
}

function nextId(context: Context): number {
  const id = (context.state.changes ?? 0) + 1;
  context.state.changes = id;
  return id;
}

/** Milliseconds, to the microsecond. */
const sinceBoot = (context: Context): number => Math.round(context.nowMs * 1000) / 1000;

function causeOf({ kind, request, peer }: Why, text: string): HistoryCause {
  const cause: HistoryCause = { kind, text: cut(text) };
  if (request !== undefined) cause.request = request;
  if (typeof peer === 'object') cause.peer = peer;
  return cause;
}

function note(context: Context, entry: HistoryEntry, { peer }: Why): void {
  context.effects.push(
    typeof peer === 'number' ? { type: 'history', entry, question: peer } : { type: 'history', entry },
  );
}

function cut(text: string): string {
  return text.length <= MAX_HISTORY_TEXT ? text : `${text.slice(0, MAX_HISTORY_TEXT - 1)}…`;
}
