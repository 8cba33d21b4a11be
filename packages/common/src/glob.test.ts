import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches, MAX_GLOB_STEPS } from './glob.ts';

describe('globMatches', () => {
  it('reads patterns as fnmatch does', () => {
    const matching: [string, string][] = [
      ['', ''],
      ['*', ''],
      ['*', '/a/.b'],
      ['a*c*e', 'abcde'],
      ['tty?', 'tty1'],
      ['[06]', '6'],
      ['[!06]', '5'],
      ['[^06]', '5'],
      ['[a-c]x', 'bx'],
      ['[]]', ']'],
      ['[!]]', 'x'],
      ['[a-]', '-'],
      ['[[:digit:]]', '7'],
      ['\\*', '*'],
      ['a[b', 'a[b'],
    ];
    const others: [string, string][] = [
      ['', 'a'],
      ['?', ''],
      ['a*c', 'abd'],
      ['[06]', '1'],
      ['[!06]', '6'],
      ['[06]', ''],
      ['[c-a]', 'b'],
      ['\\*', 'a'],
      ['a', 'ab'],
      ['a\\', 'a'],
      ['[[:constructor:]]', 'a'],
    ];
    for (const [pattern, text] of matching) expect(globMatches(pattern, text), `${pattern} ${text}`).toBe(true);
    for (const [pattern, text] of others) expect(globMatches(pattern, text), `${pattern} ${text}`).toBe(false);
  });

  it('finds a text in itself with some of it replaced by *', () => {
    const plain = fc.stringMatching(/^[a-z/.]*$/);
    fc.assert(
      fc.property(plain, plain, plain, (a, b, c) => {
        expect(globMatches(`${a}*${c}`, `${a}${b}${c}`)).toBe(true);
        expect(globMatches(`${a}${b}${c}`, `${a}${b}${c}`)).toBe(true);
      }),
    );
  });

  it.each([
    ['*a'.repeat(50), 'a'.repeat(5000), true],
    [`${'*a'.repeat(50)}b`, 'a'.repeat(5000), false],
    ['*[[:'.repeat(300), '[[:'.repeat(300), true],
    [`${'*[a'.repeat(300)}b`, '[a'.repeat(300), false],
  ])('answers %.12s for %.12s within its steps', (pattern, text, expected) => {
    const budget = { steps: MAX_GLOB_STEPS };
    expect(globMatches(pattern, text, budget)).toBe(expected);
    expect(budget.steps).toBeGreaterThan(0);
  });

  it.each([
    ['a star before a long text', `*${'a'.repeat(60_000)}b`, 'a'.repeat(120_000)],
    ['a bracket of many members', `*[${'b'.repeat(60_000)}]`, 'a'.repeat(120_000)],
    ['brackets that are not closed', '[a'.repeat(30_000), '[a'.repeat(30_000)],
    ['brackets before an empty text', '[*'.repeat(30_000), ''],
  ])('gives up on %s', (_name, pattern, text) => {
    const budget = { steps: MAX_GLOB_STEPS };
    expect(globMatches(pattern, text, budget)).toBe(false);
    expect(budget.steps).toBeLessThan(0);
  });

  it('uses no more steps than it is given', () => {
    const steps = { steps: 1000 };
    expect(globMatches('*aab', 'a'.repeat(200), steps)).toBe(false);
    const used = 1000 - steps.steps;
    expect(used).toBeLessThan(1000);
    expect(globMatches('*aa', 'a'.repeat(200), { steps: used })).toBe(true);
    expect(globMatches('*aa', 'a'.repeat(200), { steps: 600 })).toBe(false);
  });
});
