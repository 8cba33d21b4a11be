import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globMatches } from './glob.ts';

describe('globs', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', '/a/.b', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abbd', false],
    ['?', '', false],
    ['[ab]c', 'bc', true],
    ['[!ab]c', 'bc', false],
    ['[^ab]c', 'xc', true],
    ['[a-c]', 'b', true],
    ['[]]', ']', true],
    ['[!]]', ']', false],
    ['[a', '[a', true],
    ['[a-]', '-', true],
    ['[[:digit:]]*', '7up', true],
    ['[[:digit:]x]', 'x', true],
    ['[[:nosuch:]]', 'n', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a\\', 'a\\', false],
    ['[\\]]', ']', true],
  ])('%s against %s: %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it('matches every text with each character escaped', () => {
    const quoted = (text: string): string => text.replace(/[\s\S]/gu, '\\$&');
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => globMatches(quoted(text), text)));
  });

  it('takes no exponential time', () => {
    const began = performance.now();
    expect(globMatches(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
