import { describe, expect, it } from 'vitest';
import { LINE_MAX, LINES_MAX, lastWords } from './last-words.ts';

describe('lastWords', () => {
  it('are the error and where it came from', () => {
    expect(lastWords(new TypeError('no such thing'))).toMatch(
      /^TypeError: no such thing\n {4}at .*last-words\.test\.ts/,
    );
    expect(lastWords('thrown')).toBe('thrown');
  });

  it('are bounded in lines and in what a line holds', () => {
    expect(lastWords('x'.repeat(LINE_MAX))).toBe('x'.repeat(LINE_MAX));
    expect(lastWords('x'.repeat(LINE_MAX + 1))).toBe(`${'x'.repeat(LINE_MAX)}…`);
    expect(lastWords('x\n'.repeat(LINES_MAX + 1)).split('\n')).toHaveLength(LINES_MAX);
    expect(lastWords('y'.repeat(10_000_000))).toHaveLength(LINE_MAX + 1);
  });
});
