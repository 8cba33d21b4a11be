/** The merge of several logs against a sort of everything. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inTimeOrder } from './merge.ts';

interface Item {
  orderMs: number;
  source: number;
  at: number;
}

async function* batched(items: readonly Item[], sizes: readonly number[]): AsyncGenerator<Item[]> {
  for (let begin = 0, turn = 0; begin < items.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield items.slice(begin, begin + size);
    begin += size;
  }
}

async function merged(logs: readonly Item[][], sizes: readonly number[]): Promise<Item[]> {
  const all: Item[] = [];
  for await (const items of inTimeOrder(logs.map((log) => batched(log, sizes)))) all.push(...items);
  return all;
}

const log = fc.array(fc.nat(50), { maxLength: 40 });

it('is that of a stable sort of all lines, whatever the batches are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(log, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
      async (times, sizes) => {
        const logs = times.map((each, source) =>
          each.sort((a, b) => a - b).map((orderMs, at): Item => ({ orderMs, source, at })),
        );
        const sorted = logs.flat().sort((a, b) => a.orderMs - b.orderMs || a.source - b.source || a.at - b.at);
        expect(await merged(logs, sizes)).toEqual(sorted);
      },
    ),
  );
});

it('gives more than one batch, and closes the sources when its reader stops', async () => {
  let closed = 0;
  async function* endless(): AsyncGenerator<Item[]> {
    try {
      for (let at = 0; ; at++) yield [{ orderMs: at, source: 0, at }];
    } finally {
      closed++;
    }
  }
  for await (const items of inTimeOrder([endless(), endless()])) {
    expect(items.length).toBeGreaterThan(1);
    break;
  }
  expect(closed).toBe(2);
});
