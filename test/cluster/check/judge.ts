/**
 * Judges what a run of the checker has seen: a pure function from a history to what contradicts the guarantees of docs/cluster.md.
 * An event that the servers have confirmed is emitted on each host, once, in the order of the stream; a lease has one holder at a time, with
 * tokens that grow, and another one within its time and two seconds.
 */
import type { History, HostRecord, Span, Tenure } from './history.ts';

/** Take-over may take the time of the lease and this. */
const TAKE_OVER_MS = 2000;
/** Signs of life of a holder come more often than this. */
const SIGN_MS = 1000;
/** So many events at most may be between init and their jobs when a host loses its power. */
export const IN_FLIGHT = 24;
/** Of a kind of complaint, so many are written out. */
const MOST_EXAMPLES = 10;

export function judge(history: History): string[] {
  return [
    ...judgeStream(history),
    ...history.hosts.flatMap((host) => judgeHost(host, history.stream)),
    ...judgeHolders(history.tenures),
    ...judgeTakeOvers(history),
  ];
}

function judgeStream({ sent, stream }: History): string[] {
  const counts = countsOf(stream);
  const known = new Set(sent.map(({ id }) => id));
  return [
    ...some(
      'was confirmed, and is not in the stream',
      sent.filter(({ id, result }) => result === 'kept' && !counts.has(id)).map(({ id }) => id),
    ),
    ...some(
      'is in the stream twice',
      [...counts].filter(([, count]) => count > 1).map(([id]) => id),
    ),
    ...some(
      'is in the stream, and was not sent',
      [...counts.keys()].filter((id) => !known.has(id)),
    ),
  ];
}

function judgeHost({ host, ran, emitted }: HostRecord, stream: readonly string[]): string[] {
  // The first one, where it is there twice.
  const places = new Map(stream.map((id, place) => [id, place] as const).reverse());
  const counts = countsOf(ran.flat());
  const missing = stream.filter((id) => !counts.has(id));
  const doubled = [...counts].filter(([, count]) => count > 1).map(([id]) => id);
  // What is under way when the power goes may be lost or come again; the last event before the loss says where that is.
  const excused = { lost: new Set<string>(), doubled: new Set<string>() };
  for (let loss = 1; loss < ran.length; loss++) {
    const last = Math.max(-1, ...ran.slice(0, loss).flatMap((ids) => ids.map((id) => places.get(id) ?? -1)));
    const isNear = (id: string): boolean => Math.abs((places.get(id) ?? Number.NaN) - last) <= IN_FLIGHT;
    for (const id of missing) if (isNear(id)) excused.lost.add(id);
    const [again] = doubled.filter((id) => isNear(id) && ran[loss]?.includes(id) && !excused.doubled.has(id));
    if (again !== undefined && counts.get(again) === 2) excused.doubled.add(again);
  }
  const strange = [...counts.keys()].filter((id) => !places.has(id));
  return [
    ...some(
      `was not run on ${host}`,
      missing.filter((id) => !excused.lost.has(id)),
    ),
    ...some(
      `was run twice on ${host}`,
      doubled.filter((id) => !excused.doubled.has(id)),
    ),
    ...some(`was run on ${host}, and is not in the stream`, strange),
    ...emitted.flatMap((ids) => {
      const at = ids.map((id) => places.get(id) ?? -1);
      return some(
        `was emitted on ${host} after a later event, or again`,
        ids.filter((_, index) => index > 0 && (at[index] as number) <= (at[index - 1] as number)),
      );
    }),
  ];
}

function judgeHolders(tenures: readonly Tenure[]): string[] {
  const complaints: string[] = [];
  let last: Tenure | null = null;
  for (const tenure of byStart(tenures)) {
    if (last && tenure.fromMs < last.toMs)
      complaints.push(`${named(tenure)} ran beside ${named(last)} for ${Math.round(last.toMs - tenure.fromMs)} ms`);
    if (last && tenure.token <= last.token) complaints.push(`${named(tenure)} has no larger token than ${named(last)}`);
    if (!last || tenure.toMs > last.toMs) last = tenure;
  }
  return complaints;
}

function judgeTakeOvers({ tenures, calm, pauses, ttlMs, endMs }: History): string[] {
  const sorted = byStart(tenures);
  return sorted.flatMap((tenure, index) => {
    const nextMs = sorted[index + 1]?.fromMs ?? endMs;
    return calm.flatMap((span) => {
      const fromMs = Math.max(span.fromMs, tenure.toMs);
      const toMs = Math.min(span.toMs, nextMs);
      const stillMs = pauses.reduce((sum, pause) => sum + overlapMs(pause, { fromMs, toMs }), 0);
      const mostMs = ttlMs + TAKE_OVER_MS + stillMs;
      if (toMs - fromMs <= mostMs + SIGN_MS) return [];
      return [`nobody followed ${named(tenure)} for ${Math.round(toMs - fromMs)} ms; ${Math.round(mostMs)} ms at most`];
    });
  });
}

const named = ({ host, token }: Tenure): string => `${host} with token ${token}`;

const byStart = (tenures: readonly Tenure[]): Tenure[] => [...tenures].sort((a, b) => a.fromMs - b.fromMs);

const overlapMs = (a: Span, b: Span): number => Math.max(0, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs));

function countsOf(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function some(what: string, ids: readonly string[]): string[] {
  const rest = ids.length > MOST_EXAMPLES ? [`… and ${ids.length - MOST_EXAMPLES} more events: ${what}`] : [];
  return [...ids.slice(0, MOST_EXAMPLES).map((id) => `event ${id} ${what}`), ...rest];
}
