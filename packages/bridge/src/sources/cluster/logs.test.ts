import { describe, expect, it } from 'vitest';
import { queryOf } from './logs.ts';

const asked = { words: ['web'], follow: false, lines: 10, sinceMs: null, grep: null };

describe('a question for output', () => {
  it('may begin at a time that has not come here: the asker has a clock of its own', () => {
    const sinceMs = Date.now() + 3_600_000;
    expect(queryOf({ ...asked, sinceMs })).toEqual({ ...asked, sinceMs });
    expect(queryOf({ ...asked, sinceMs: 8.64e15 }).sinceMs).toBe(8.64e15);
  });

  it.each([-1, 0.5, '1', 8.64e15 + 1])('does not begin at %j', (sinceMs) => {
    expect(() => queryOf({ ...asked, sinceMs })).toThrow('sinceMs must be null or milliseconds since the epoch');
  });

  it.each([
    [{ words: 'web' }, 'words must be'],
    [{ words: [''] }, 'words must be'],
    [{ words: ['a\0b'] }, 'words must be'],
    [{ follow: 1 }, 'follow must be'],
    [{ lines: 10_001 }, 'lines must be'],
    [{ grep: 'x'.repeat(1025) }, 'grep must be'],
  ])('is rejected with %j', (wrong, text) => {
    expect(() => queryOf({ ...asked, ...wrong })).toThrow(text);
  });
});
