import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOLD_MS, TimeOrder } from './time-order.ts';

it('holds what comes for a moment, and gives it in the order of time', () => {
  const order = new TimeOrder<string>();
  order.add('b', 20, 1000);
  order.add('c', 30, 1000);
  order.add('a', 10, 1000 + HOLD_MS - 1);
  expect(order.take(1000 + HOLD_MS - 1)).toEqual([]);
  expect(order.take(1000 + HOLD_MS)).toEqual(['a', 'b', 'c']);
  order.add('late', 5, 9000);
  expect(order.end()).toEqual(['late']);
});

it('loses nothing, keeps the order of equal times, and orders all that is there at one time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 5 })), (times) => {
      const order = new TimeOrder<number>();
      for (const [index, atMs] of times.entries()) order.add(index, atMs, 0);
      const expected = [...times.keys()].sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
      expect(order.take(HOLD_MS)).toEqual(expected);
    }),
  );
});
