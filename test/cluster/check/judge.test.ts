import { describe, expect, it } from 'vitest';
import type { History, Tenure } from './history.ts';
import { IN_FLIGHT, judge } from './judge.ts';

const tenure = (host: string, token: number, fromMs: number, toMs: number): Tenure => ({ host, token, fromMs, toMs });

/** Two hosts that have had all events, and a lease that went from one to the other while all was well. */
function good(changes: Partial<History> = {}): History {
  const ids = ['a1', 'b1', 'a2', 'b2'];
  return {
    ...{ seed: 1, faults: [], states: [], pauses: [], ttlMs: 5000, endMs: 60_000 },
    sent: ids.map((id) => ({ id, from: id.slice(0, 1), result: 'kept' })),
    stream: ids,
    hosts: ['a', 'b'].map((host) => ({ host, ran: [[...ids].reverse()], emitted: [ids] })),
    tenures: [tenure('a', 3, 1000, 20_000), tenure('b', 9, 26_000, 60_000)],
    calm: [{ fromMs: 0, toMs: 60_000 }],
    ...changes,
  };
}

/** Host `a` with these lists, one for each time between two losses of power. */
const hostA = (ran: string[][], emitted: string[][] = []): Partial<History> => ({
  hosts: [{ host: 'a', ran, emitted }],
});

describe('the judge of a history', () => {
  it('has nothing to say of a good one', () => {
    expect(judge(good())).toEqual([]);
  });

  it.each<[string, Partial<History>, string[]]>([
    [
      'a confirmed event is lost',
      { stream: ['a1', 'b1', 'a2'], ...hostA([['a1', 'b1', 'a2']]) },
      ['event b2 was confirmed, and is not in the stream'],
    ],
    ['an event is kept twice', { stream: ['a1', 'b1', 'a1', 'a2', 'b2'] }, ['event a1 is in the stream twice']],
    ['an event comes from nowhere', { sent: good().sent.slice(1) }, ['event a1 is in the stream, and was not sent']],
    ['a host misses an event', hostA([['a1', 'b1', 'b2']]), ['event a2 was not run on a']],
    ['a host runs one twice', hostA([['a1', 'b1', 'a2', 'b2', 'b1']]), ['event b1 was run twice on a']],
    [
      'a host runs one that is not kept',
      hostA([['a1', 'b1', 'a2', 'b2', 'x']]),
      ['event x was run on a, and is not in the stream'],
    ],
    [
      'a host emits in another order',
      hostA([good().stream as string[]], [['a1', 'a2', 'b1', 'b2']]),
      ['event b1 was emitted on a after a later event, or again'],
    ],
    [
      'a host emits one again',
      hostA([good().stream as string[]], [['a1', 'b1', 'b1', 'a2']]),
      ['event b1 was emitted on a after a later event, or again'],
    ],
  ])('complains when %s', (_, changes, complaints) => {
    expect(judge(good(changes))).toEqual(complaints);
  });

  it('takes an event without an answer as sent or as not sent', () => {
    const sent = [...good().sent, { id: 'b3', from: 'b', result: 'unknown' as const }];
    expect(judge(good({ sent }))).toEqual([]);
  });

  it('excuses what was under way when a host lost its power, and no more', () => {
    const ids = Array.from({ length: 100 }, (_, n) => `a${n}`);
    const sent = ids.map((id) => ({ id, from: 'a', result: 'kept' as const }));
    const ranWithout = (lost: number, again: readonly string[]): string[] =>
      judge(
        good({
          sent,
          stream: ids,
          ...hostA([ids.slice(0, 50).filter((id) => id !== `a${lost}`), [...again, ...ids.slice(50)]]),
        }),
      );
    expect(ranWithout(48, ['a49'])).toEqual([]);
    expect(ranWithout(48 - IN_FLIGHT, [])).toEqual(['event a24 was not run on a']);
    expect(ranWithout(48, ['a47', 'a49'])).toEqual(['event a49 was run twice on a']);
    expect(ranWithout(48, ['a10'])).toEqual(['event a10 was run twice on a']);
  });

  it.each<[string, Tenure[], string[]]>([
    [
      'two hold it at one time',
      [tenure('a', 3, 1000, 20_000), tenure('b', 9, 19_990, 60_000)],
      ['b with token 9 ran beside a with token 3 for 10 ms'],
    ],
    [
      'a third one runs within the time of the first',
      [tenure('a', 3, 0, 50_000), tenure('b', 9, 10_000, 20_000), tenure('c', 12, 21_000, 60_000)],
      [
        'b with token 9 ran beside a with token 3 for 40000 ms',
        'c with token 12 ran beside a with token 3 for 29000 ms',
      ],
    ],
    [
      'a token does not grow',
      [tenure('a', 9, 1000, 20_000), tenure('b', 9, 26_000, 60_000)],
      ['b with token 9 has no larger token than a with token 9'],
    ],
    [
      'nobody takes over in time',
      [tenure('a', 3, 6000, 20_000), tenure('b', 9, 28_100, 60_000)],
      ['nobody followed a with token 3 for 8100 ms; 7000 ms at most'],
    ],
    [
      'nobody takes over at all',
      [tenure('a', 3, 6000, 20_000)],
      ['nobody followed a with token 3 for 40000 ms; 7000 ms at most'],
    ],
  ])('complains when %s', (_, tenures, complaints) => {
    expect(judge(good({ tenures }))).toEqual(complaints);
  });

  it('does not ask for a take-over while something else is broken, nor in less time than the machine itself had', () => {
    const tenures = [tenure('a', 3, 6000, 20_000), tenure('b', 9, 28_100, 60_000)];
    expect(judge(good({ tenures, calm: [{ fromMs: 20_500, toMs: 60_000 }] }))).toEqual([]);
    expect(judge(good({ tenures, calm: [{ fromMs: 0, toMs: 25_000 }] }))).toEqual([]);
    expect(judge(good({ tenures, pauses: [{ fromMs: 22_000, toMs: 24_000 }] }))).toEqual([]);
  });

  it('names a few of many', () => {
    const ids = Array.from({ length: 100 }, (_, n) => `a${n}`);
    const complaints = judge(good({ sent: [], stream: ids, ...hostA([ids]) }));
    expect(complaints).toHaveLength(11);
    expect(complaints.at(-1)).toBe('… and 90 more events: is in the stream, and was not sent');
  });
});
