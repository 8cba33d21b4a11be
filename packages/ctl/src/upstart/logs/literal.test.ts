import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalIn } from './literal.ts';

test.each([
  ['error', 'error'],
  ['error: [0-9]+', 'error: '],
  ['^GET /a\\.html$', 'GET /a.html'],
  ['ab*cde', 'cde'],
  ['ab?', null],
  ['abc{2}de', 'ab'],
  ['foo|bar', null],
  ['(foo|bar) baz', ' baz'],
  ['(?!foo)', null],
  ['[error]', null],
  ['[\\]a]bcd', 'bcd'],
  ['\\d\\d:\\d\\d', null],
  ['\\u{61}bc', 'bc'],
  ['\\x41BCD', 'BCD'],
  ['\\p{Letter}xy', 'xy'],
  ['(?<name>a)\\k<name>zz', 'zz'],
  ['grüezi', 'grüezi'],
  ['a', null],
])('%s has %s', (pattern, literal) => {
  expect(literalIn(pattern)).toBe(literal);
});

test('each text that matches has the literal', () => {
  const piece = fc.constantFrom(
    ...['a', 'b', 'ab', '.', '\\.', '[ab]', '(a|b)', '(ab)?', 'a*', 'b+', 'a{2}', '\\w', '^', '$', '|', '\\x61'],
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const text = fc.stringMatching(/^[ab.]{0,12}$/);
  fc.assert(
    fc.property(pattern, text, (source, line) => {
      let expression: RegExp;
      try {
        expression = new RegExp(source, 'u');
      } catch {
        return true;
      }
      const literal = literalIn(source);
      return literal === null || !expression.test(line) || line.includes(literal);
    }),
    { numRuns: 3000 },
  );
});
