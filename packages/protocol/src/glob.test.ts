import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from './glob.ts';

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

  it('does not take for ever', () => {
    expect(globMatches('*a'.repeat(50), 'a'.repeat(5000))).toBe(true);
    expect(globMatches(`${'*a'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
    expect(globMatches('*[[:'.repeat(300), '[[:'.repeat(300))).toBe(true);
    expect(globMatches(`${'*[a'.repeat(300)}b`, '[a'.repeat(300))).toBe(false);
  });
});
