import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paletteFor } from './colour.ts';
import { columnsOf } from './columns.ts';
import { wrapped } from './wrapped.ts';

const COLOURS = paletteFor(true, {});
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are recognised by them
const plain = (text: string): string => text.replace(/\u001b\[\d+m/g, '');

describe('wrapped', () => {
  it('keeps the words, the width and the colours', () => {
    const word = fc.stringMatching(/^[a-z名]{1,10}$/);
    const painted = fc.tuple(word, fc.boolean()).map(([text, isBad]) => (isBad ? COLOURS.bad(text) : text));
    fc.assert(
      fc.property(
        fc.array(painted, { minLength: 1 }),
        fc.nat(9),
        fc.integer({ min: 40, max: 90 }),
        (words, lead, size) => {
          const line = `${' '.repeat(lead)}${words.join(' ')}`;
          const lines = wrapped(line, size);
          expect(lines.join(' ').trim().split(/ +/)).toEqual(words);
          for (const each of lines) expect(columnsOf(plain(each))).toBeLessThanOrEqual(size);
          for (const each of lines.slice(1)) expect(/^ */.exec(each)?.[0]).toHaveLength(lead + 2);
        },
      ),
    );
  });

  it('leaves a line that has room as it is', () => {
    expect(wrapped('  a   b', 7)).toEqual(['  a   b']);
  });

  it('breaks no word, and makes no empty line before a long one', () => {
    expect(wrapped(`  ${'x'.repeat(30)} y`, 20)).toEqual([`  ${'x'.repeat(30)}`, '    y']);
  });

  it('indents below the text of a branch, but not beyond half of the width', () => {
    expect(wrapped('  └─web running since yesterday', 20)).toEqual([
      '  └─web running',
      '      since',
      '      yesterday',
    ]);
    expect(wrapped(`${' '.repeat(30)}a b`, 32)).toEqual([`${' '.repeat(30)}a`, `${' '.repeat(16)}b`]);
  });
});
