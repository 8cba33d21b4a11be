import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineFlow, MAX_LINE } from './line-flow.ts';

it('gives the lines of a text, however it is cut and however slowly they are taken, and has the program wait meanwhile', () => {
  const text = fc
    .array(fc.constantFrom('a', '\n', 'bc', '\n\n', 'ü'), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 5 })), fc.integer({ min: 1, max: 4 }), (whole, cuts, window) => {
      const lines: string[] = [];
      let left = window;
      let isPaused = false;
      let isDone = false;
      const flow = new LineFlow({
        take(line) {
          expect(left).toBeGreaterThan(0);
          lines.push(line);
          left -= 1;
          return left > 0;
        },
        pause: (paused) => {
          isPaused = paused;
        },
      });
      let at = 0;
      for (const length of cuts) {
        flow.feed(whole.slice(at, at + length));
        at += length;
        expect(isPaused).toBe(left === 0);
        if (isPaused) {
          left = window;
          flow.resume();
        }
      }
      flow.feed(whole.slice(at));
      flow.end(() => {
        isDone = true;
      });
      for (let turn = 0; turn < 100 && !isDone; turn++) {
        left = window;
        flow.resume();
      }
      const expected = whole.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect([lines, isDone]).toEqual([expected, true]);
    }),
  );
});

it('cuts off lines that are too long', () => {
  const lines: string[] = [];
  const flow = new LineFlow({ take: (line) => lines.push(line) > 0, pause() {} });
  for (let n = 0; n < 10; n++) flow.feed('x'.repeat(MAX_LINE / 4));
  flow.feed('y\nnext\n');
  expect(lines.map(({ length }) => length)).toEqual([MAX_LINE, 4]);
});
