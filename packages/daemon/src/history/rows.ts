/** Entries of the history as they are stored: rows of plain values, a third of the size of objects with names. */
import { SLOTS } from '@upstart/common';
import { type HistoryCause, type HistoryEntry, type Peer, STATES } from '@upstart/protocol';

type Row = readonly unknown[];

const GOALS = ['stop', 'start', 'respawn'] as const;
/** New ones come last: files have the places of the others. */
const CAUSES = ['event', 'request', 'process', 'timer', 'init', 'check'] as const;
const KINDS = ['goal', 'state', 'process', 'exit', 'event', 'signal', 'lease'] as const;
const LEASE_CHANGES = ['taken', 'handed-over', 'given-up', 'lost', 'returned'] as const;

/** Compiles only if the list has all kinds: what it lacks could not be read back. */
const placeIn = <T>(list: readonly T[], one: NoInfer<T>): number => list.indexOf(one);

/** What the numbers of a batch are relative to: small integers are written and read several times as fast as times in full. */
type Base = readonly [id: number, atMs: number, monotonicUs: number];

/** The base of a batch, then a row for each entry. */
export function rowsOf(entries: readonly HistoryEntry[]): Row[] {
  const first = entries[0];
  if (!first) return [];
  const base: Base = [first.id, first.atMs, microseconds(first.monotonicMs)];
  return [base, ...entries.map((entry) => rowOf(entry, base))];
}

/** The entries of rows from `rowsOf`. */
export function entriesOf([base, ...rows]: readonly Row[]): HistoryEntry[] {
  return rows.map((row) => entryOf(row, base as Base));
}

const microseconds = (ms: number): number => Math.round(ms * 1000);

/** `[id, ms since the epoch, us of monotonic time, how many entries before it the one is that led to it, kind, …]`; each is one literal, as that is faster. */
function rowOf(entry: HistoryEntry, [baseId, baseMs, baseUs]: Base): Row {
  const id = entry.id - baseId;
  const ms = entry.atMs - baseMs;
  const us = microseconds(entry.monotonicMs) - baseUs;
  const back = entry.after === 0 ? 0 : entry.id - entry.after;
  const kind = placeIn(KINDS, entry.kind);
  switch (entry.kind) {
    case 'goal': {
      const { job, instance } = entry;
      const [from, to] = [placeIn(GOALS, entry.from), placeIn(GOALS, entry.to)];
      return [id, ms, us, back, kind, job, instance, from, to, ...causeRow(entry.cause)];
    }
    case 'state': {
      const { job, instance } = entry;
      return [id, ms, us, back, kind, job, instance, STATES.indexOf(entry.from), STATES.indexOf(entry.to)];
    }
    case 'process': {
      const { job, instance, pid } = entry;
      return [id, ms, us, back, kind, job, instance, SLOTS.indexOf(entry.process), pid];
    }
    case 'exit': {
      const { job, instance, pid, exitStatus, exitSignal, text } = entry;
      const slot = SLOTS.indexOf(entry.process);
      return [id, ms, us, back, kind, job, instance, slot, pid, exitStatus, exitSignal, text];
    }
    case 'signal': {
      const { job, instance, pid, signal } = entry;
      const slot = SLOTS.indexOf(entry.process);
      return [id, ms, us, back, kind, job, instance, slot, pid, signal, ...causeRow(entry.cause)];
    }
    case 'lease': {
      const { job, instance, lease, token } = entry;
      const change = placeIn(LEASE_CHANGES, entry.change);
      return [id, ms, us, back, kind, job, instance, change, token, lease, ...causeRow(entry.cause)];
    }
    case 'event':
      return [id, ms, us, back, kind, entry.event, ...causeRow(entry.cause)];
  }
}

function causeRow({ kind, text, request, peer }: HistoryCause): Row {
  const row: unknown[] = [placeIn(CAUSES, kind), text];
  if (request === undefined && !peer) return row;
  row.push(request ?? null);
  if (peer)
    row.push(peer.pid, peer.uid, peer.gid, peer.name, ...(peer.parent ? [peer.parent.pid, peer.parent.name] : []));
  return row;
}

function entryOf(row: Row, [baseId, baseMs, baseUs]: Base): HistoryEntry {
  const [place, ms, us, back, kind, ...rest] = row as [number, number, number, number, number, ...unknown[]];
  const id = baseId + place;
  const base = { id, atMs: baseMs + ms, monotonicMs: (baseUs + us) / 1000, after: back === 0 ? 0 : id - back };
  if (KINDS[kind] === 'event') return { ...base, kind: 'event', event: rest[0] as string, cause: causeAt(rest, 1) };
  const [job, instance, first, second] = rest as [string, string, number, number];
  const about = { ...base, job, instance };
  switch (KINDS[kind]) {
    case 'goal':
      return { ...about, kind: 'goal', from: GOALS[first]!, to: GOALS[second]!, cause: causeAt(rest, 4) };
    case 'state':
      return { ...about, kind: 'state', from: STATES[first]!, to: STATES[second]! };
    case 'process':
      return { ...about, kind: 'process', process: SLOTS[first]!, pid: second };
    case 'signal': {
      const signal = rest[4] as string;
      return { ...about, kind: 'signal', process: SLOTS[first]!, pid: second, signal, cause: causeAt(rest, 5) };
    }
    case 'lease': {
      const [change, token, lease] = [LEASE_CHANGES[first]!, second, rest[4] as string];
      return { ...about, kind: 'lease', lease, change, token, cause: causeAt(rest, 5) };
    }
    default: {
      const [exitStatus, exitSignal, text] = rest.slice(4) as [number | null, string | null, string];
      return { ...about, kind: 'exit', process: SLOTS[first]!, pid: second, exitStatus, exitSignal, text };
    }
  }
}

function causeAt(row: Row, at: number): HistoryCause {
  const [kind, text, request, pid, uid, gid, name, parentPid, parentName] = row.slice(at) as [
    number,
    string,
    string | null,
    number,
    number,
    number,
    string | null,
    number,
    string,
  ];
  const cause: HistoryCause = { kind: CAUSES[kind]!, text };
  if (typeof request === 'string') cause.request = request;
  if (pid === undefined) return cause;
  const peer: Peer = { pid, uid, gid, name };
  if (parentPid !== undefined) peer.parent = { pid: parentPid, name: parentName };
  return { ...cause, peer };
}
