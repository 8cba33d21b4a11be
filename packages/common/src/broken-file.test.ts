import { expect, it } from 'vitest';
import { adviceLines, brokenFileText } from './broken-file.ts';

const place = { line: 12, column: 3, text: '\t\tfrob \u001b[31m', mark: 2, length: 4 };

it('tells the place as the log does', () => {
  expect(brokenFileText({ path: '/a.conf', line: 3, message: 'no' })).toBe('/a.conf:3: no');
  expect(brokenFileText({ path: '/a.conf', line: null, message: 'no' })).toBe('/a.conf: no');
});

it('marks the word below its line, whatever stands before it, and lets nothing steer the terminal', () => {
  expect(adviceLines({ place })).toEqual(['12 |   frob \\x1b[31m', '   |   ^^^^']);
  const control = { ...place, mark: 7, length: 1 };
  expect(adviceLines({ place: control })[1]).toBe('   |        ^^^^');
  expect(adviceLines({ place: { ...place, mark: 12, length: 0 } })[1]).toBe(`   | ${' '.repeat(15)}^`);
});

it('says what was expected and meant, as far as that is known', () => {
  const word = { line: 1, column: 1, text: 'frob', mark: 0, length: 4 };
  expect(adviceLines({ place: word, expected: 'a', meant: 'b' })).toEqual([
    '1 | frob',
    '  | ^^^^ expected a; did you mean `b`?',
  ]);
  expect(adviceLines({ expected: 'a', meant: 'b' })).toEqual(['expected a; did you mean `b`?']);
  expect(adviceLines({ place: null, expected: null, meant: 'b' })).toEqual(['did you mean `b`?']);
  expect(adviceLines({})).toEqual([]);
});
