import { screenWidth, twoColumns, wrap } from '@upstart/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paletteFor, printable } from './colour.ts';

describe('wrap', () => {
  it('keeps the words and the width', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 15, max: 40 }), (words, width) => {
        const lines = wrap(words.join(' '), width, 2);
        expect(lines.join(' ').split(/\s+/)).toEqual(words);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        for (const line of lines.slice(1)) expect(line.startsWith('  ')).toBe(true);
      }),
    );
  });

  it('puts a description beside a name of 26 characters, and below a longer one', () => {
    expect(twoColumns(`  ${'n'.repeat(26)}`, 'text', 80)).toBe(`  ${'n'.repeat(26)}  text`);
    expect(twoColumns(`  ${'n'.repeat(27)}`, 'text', 80)).toBe(`  ${'n'.repeat(27)}\n${' '.repeat(30)}text`);
  });

  it('takes the width from COLUMNS, the terminal, or 80, and at least 50', () => {
    expect(screenWidth({ COLUMNS: '100' }, 70)).toBe(100);
    expect(screenWidth({ COLUMNS: 'wide' }, 70)).toBe(70);
    expect(screenWidth({}, 0)).toBe(80);
    expect(screenWidth({ COLUMNS: '0' }, 0)).toBe(80);
    expect(screenWidth({ COLUMNS: '49' }, 100)).toBe(50);
  });
});

describe('colours', () => {
  it('are for terminals that can show them', () => {
    expect(paletteFor(true, {}).bad('x')).toBe('\u001b[31mx\u001b[39m');
    expect(paletteFor(true, { NO_COLOR: '' }).bad('x')).not.toBe('x');
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(paletteFor(true, env).bad('x')).toBe('x');
    expect(paletteFor(false, {}).bad('x')).toBe('x');
  });
  it('cannot be made by names', () => {
    expect(printable('a\u001b[31m\n\u009bé')).toBe('a\\x1b[31m\\x0a\\x9bé');
  });
});
