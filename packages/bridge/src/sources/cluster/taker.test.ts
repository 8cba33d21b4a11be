import type { ReceivedEvent } from '@upstart/cluster';
import { type Method, upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { MAX_WAITING, Taker } from './taker.ts';

const EVENT: ReceivedEvent = {
  ...{ name: 'deploy', env: ['N=1', 'HOST=ci'], from: 'ci', feed: 'cluster main', sequence: 7, isAsked: false },
};
const operand = { job: 'a', stanza: 'start on', event: ':cluster:deploy', args: [] } as const;

/** An init that has taken an event once it is asked for the feed; `ends` are the events that are waited for. */
function world(hasTaken = true) {
  const calls: [Method, Record<string, unknown>][] = [];
  const ends: { done(): void; fail(error: Error): void }[] = [];
  const call = (method: Method, params: Record<string, unknown>): Promise<unknown> => {
    calls.push([method, params]);
    if (method === 'feed') return Promise.resolve(hasTaken ? 7 : 0);
    if (params.wait !== true) return Promise.resolve(null);
    return new Promise((resolve, reject) => ends.push({ done: () => resolve(null), fail: reject }));
  };
  return { calls, ends, taker: new Taker({ call } as never, () => [operand]) };
}

describe('an event of the cluster', () => {
  it('goes to init with its place and its sender', async () => {
    const { taker, calls } = world();
    const { outcome } = await taker.take(EVENT);
    expect(calls).toEqual([
      [
        'emit',
        {
          ...{ name: ':cluster:deploy', env: ['N=1', 'HOST=ci'], wait: false, by: 'cluster host ci' },
          place: { feed: 'cluster main', sequence: 7 },
        },
      ],
    ]);
    expect(await outcome).toEqual({ result: 'taken', text: '' });
  });

  it('that no job waits for does not', async () => {
    const { taker, calls } = world();
    const { outcome } = await taker.take({ ...EVENT, name: 'other' });
    expect([calls, await outcome]).toEqual([[], { result: 'ignored', text: 'no job waits for it' }]);
  });

  it('is taken before it is over; its end is the answer', async () => {
    const { taker, ends } = world();
    const first = await taker.take({ ...EVENT, isAsked: true });
    const second = await taker.take({ ...EVENT, isAsked: true });
    ends[0]!.done();
    ends[1]!.fail(upstartError('event-failed'));
    expect(await first.outcome).toEqual({ result: 'done', text: '' });
    expect(await second.outcome).toEqual({ result: 'failed', text: 'Event failed' });
  });

  it('that init refuses was not taken', async () => {
    const { taker, ends } = world(false);
    const taken = taker.take({ ...EVENT, isAsked: true });
    ends[0]!.fail(upstartError('bad-request', 'too many'));
    await expect(taken).rejects.toThrow('too many');
  });

  it('is not waited for beyond a bound', async () => {
    const { taker, ends, calls } = world();
    for (let n = 0; n < MAX_WAITING; n++) await taker.take({ ...EVENT, isAsked: true });
    const { outcome } = await taker.take({ ...EVENT, isAsked: true });
    expect(await outcome).toEqual({ result: 'taken', text: `${MAX_WAITING} other events are waited for` });
    ends[0]!.done();
    await new Promise((resolve) => setImmediate(resolve));
    await taker.take({ ...EVENT, isAsked: true });
    expect(calls.filter(([, { wait }]) => wait === true)).toHaveLength(MAX_WAITING + 1);
  });
});
