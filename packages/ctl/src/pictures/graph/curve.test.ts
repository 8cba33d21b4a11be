import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curve } from './curve.ts';

const pair = (text: string): [number, number] => text.split(' ').map(Number) as [number, number];
const numbersOf = (path: string): [number, number][] =>
  [...path.matchAll(/-?[\d.]+ -?[\d.]+/g)].map(([text]) => pair(text));

const ways = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 0, max: 900 })), { minLength: 2, maxLength: 9 })
  .map((steps) => {
    let x = 0;
    return steps.map(([dx, y]): [number, number] => {
      x += dx;
      return [x, y];
    });
  });

describe('a curve', () => {
  it('stays between each two of its points', () => {
    fc.assert(
      fc.property(ways, fc.boolean(), (points, isBack) => {
        const path = curve(isBack ? points.toReversed() : points);
        const bends = path.split('C').slice(1);
        let from = numbersOf(path)[0] as [number, number];
        for (const bend of bends) {
          const [one, two, to] = numbersOf(bend) as [[number, number], [number, number], [number, number]];
          // A Bézier curve lies within the hull of its four points.
          const [low, high] = [Math.min(from[1], to[1]) - 0.1, Math.max(from[1], to[1]) + 0.1];
          for (const [, y] of [one, two]) expect(y >= low && y <= high).toBe(true);
          from = to;
        }
        expect(bends).toHaveLength(points.length - 1);
      }),
    );
  });

  it('is level at its ends, and swings around points that turn back', () => {
    expect(
      curve([
        [0, 0],
        [30, 60],
      ]),
    ).toBe('M0 0C10 0 20 60 30 60');
    expect(
      curve([
        [0, 0],
        [20, 10],
        [0, 20],
      ]),
    ).toBe('M0 0C3.3 1.7 20 6.7 20 10C20 13.3 3.3 18.3 0 20');
    expect(curve([])).toBe('');
  });
});
