/** Entries of the history as they are stored: rows of plain values, a third of the size of objects with names. */
import { SLOTS } from '@upstart/common';
import { type HistoryCause, type HistoryEntry, type Peer, STATES } from '@upstart/protocol';

type Row = readonly unknown[];

const GOALS = ['stop', 'start', 'respawn'] as const;
/** New ones come last: files have the places of the others. */
const CAUSES = ['event', 'request', 'process', 'timer', 'init', 'check'] as const;
const KINDS = ['goal', 'state', 'process', 'exit', 'event', 'signal'] as const;

/** Compiles only if the list has all kinds: what it lacks could not be read back. */
const placeIn = <T>(list: readonly T[], one: NoInfer<T>): number => list.indexOf(one);

/** `[id, ms since the epoch, ms of monotonic time, after, kind, …]`. */
export function rowOf(entry: HistoryEntry): Row {
  const { id, atMs, monotonicMs, after, kind } = entry;
  const head = [id, atMs, monotonicMs, after, placeIn(KINDS, kind)];
  switch (entry.kind) {
    case 'goal':
      return [
        ...head,
        entry.job,
        entry.instance,
        placeIn(GOALS, entry.from),
        placeIn(GOALS, entry.to),
        ...causeRow(entry.cause),
      ];
    case 'state':
      return [...head, entry.job, entry.instance, STATES.indexOf(entry.from), STATES.indexOf(entry.to)];
    case 'process':
      return [...head, entry.job, entry.instance, SLOTS.indexOf(entry.process), entry.pid];
    case 'exit':
      return [
        ...head,
        entry.job,
        entry.instance,
        SLOTS.indexOf(entry.process),
        entry.pid,
        entry.exitStatus,
        entry.exitSignal,
        entry.text,
      ];
    case 'signal':
      return [
        ...head,
        entry.job,
        entry.instance,
        SLOTS.indexOf(entry.process),
        entry.pid,
        entry.signal,
        ...causeRow(entry.cause),
      ];
    case 'event':
      return [...head, entry.event, ...causeRow(entry.cause)];
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

/** The entry of a row from `rowOf`. */
export function entryOf(row: Row): HistoryEntry {
  const [id, atMs, monotonicMs, after, kind, ...rest] = row as [number, number, number, number, number, ...unknown[]];
  const base = { id, atMs, monotonicMs, after };
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
