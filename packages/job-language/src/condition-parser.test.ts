import { type Condition, conditionEvents, formatCondition } from '@upstart/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CONDITION_EVENTS } from './condition-parser.ts';
import { type ParseOptions, parseJob } from './parse-job.ts';

const parse = (text: string) => parseJob(`start on ${text}`, { name: 'job', path: 'job.conf' }).startOn as Condition;
const refusal = (text: string) => {
  try {
    parse(text);
  } catch (error) {
    return String(error).replace(/^job\.conf:/, '');
  }
  return 'accepted';
};

describe('trees', () => {
  test.each([
    ['one', 'one'],
    ['one or two and three', '((one or two) and three)'],
    ['one and two or three and four', '(((one and two) or three) and four)'],
    ['one or (two and three)', '(one or (two and three))'],
    ['(one)', 'one'],
    ['((one or two))and(three)', '((one or two) and three)'],
    ['one A=1 B=2 or two c d', '(one A=1 B=2 or two c d)'],
    ['"and" or "or" and And', '((and or or) and And)'],
    ['runlevel [!2345] or stopped x RESULT!=ok', '(runlevel [!2345] or stopped x RESULT!=ok)'],
    [`one A="(x)" and two B=\\#`, '(one A=(x) and two B=\\#)'],
    ['one # comment', 'one'],
    ['one \\\n or two', '(one or two)'],
    ['(one and\n  two # comment\n or\n (three\n X=1))', '((one and two) or three X=1)'],
    ['(\none\n)', 'one'],
    ['(one # a\n)', 'one'],
  ])('%j is %j', (text, expected) => {
    expect(formatCondition(parse(text))).toBe(expected);
  });

  test.each([
    ...[
      'one',
      'one two',
      'one A=1',
      'one two A=1 B=2',
      'one A=1 two',
      'android',
      'one order',
      'A=1 b',
      'one and',
      'or',
      'one or two',
    ],
    ...[
      'one  two',
      ' one',
      'one ',
      'one\t',
      'one\r',
      'one\\ two',
      'one # two',
      'one#',
      'one two)',
      'one "two"',
      'one \0',
      'one A!=1 b',
      '',
    ],
  ])('%j is read the same way token by token', (words) => {
    const outcome = (more: Pick<ParseOptions, 'onToken'>): unknown => {
      try {
        return parseJob(`start on ${words}\nstop on stop\ntask`, { name: 'job', path: 'job.conf', ...more });
      } catch (error) {
        return String(error);
      }
    };
    expect(outcome({})).toEqual(outcome({ onToken: () => {} }));
  });

  test('values lose their quotes and keep their blanks', () => {
    expect(parse('"one two" "and" A="b c"')).toEqual({ op: 'event', name: 'one two', args: ['and', 'A=b c'] });
  });
});

describe('refusals', () => {
  test.each([
    ['', '1: Expected token'],
    ['# ping', '1: Expected token'],
    ['""', '1: Expected token'],
    ['and foo', '1: Expected event'],
    ['foo and', '1: Expected event'],
    ['foo and or bar', '1: Expected event'],
    ['()', '1: Expected event'],
    ['foo and ()', '1: Expected event'],
    ['(foo and)', '1: Expected event'],
    ['foo (bar)', '1: Expected operator'],
    ['(foo) bar', '1: Expected operator'],
    ['(foo) (bar)', '1: Expected operator'],
    ['foo A=b c', '1: Expected variable name before value'],
    ['a b and c D!=1 e F=2', '1: Expected variable name before value'],
    ['(foo\ntask\n', '3: Mismatched parentheses'],
    ['(foo', '1: Mismatched parentheses'],
    ['foo)', '1: Mismatched parentheses'],
    [')', '1: Mismatched parentheses'],
    ['foo and bar)', '1: Mismatched parentheses'],
    ['(a and b)) or c', '1: Mismatched parentheses'],
    ['foo\n and bar', '2: Unknown stanza'],
    ['(foo\n\n and bar)', '2: Expected token'],
    ['(foo\n # comment\n and bar)', '2: Expected token'],
    ['(foo and\n bar) baz', '2: Expected operator'],
    ['(', '1: Expected event'],
    ['(\n', '1: Expected event'],
    ['(foo and\n', '1: Expected event'],
    ['(foo and (\n', '1: Expected event'],
    ['(foo\n  ', '2: Expected token'],
    ['(foo and\n\t', '2: Expected token'],
    ['(foo\n# c', '2: Expected token'],
    ['foo or )', '1: Expected event'],
    ['(foo) or )', '1: Expected event'],
    ['(((foo)) bar C=d e', '1: Expected variable name before value'],
    ['(((foo)) bar\n\n', '2: Expected token'],
    ['(((foo))\nbar\n', '3: Expected operator'],
    ['(((foo)) bar)', '1: Expected operator'],
  ])('%j: %s', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });
});

test('the number of events is limited, that of parentheses is not', () => {
  const events = (count: number) => Array.from({ length: count }, (_, i) => `e${i}`).join(' and ');
  expect([...conditionEvents(parse(events(MAX_CONDITION_EVENTS)))]).toHaveLength(MAX_CONDITION_EVENTS);
  expect(refusal(events(MAX_CONDITION_EVENTS + 1))).toBe(
    `1: Condition too long, expected at most ${MAX_CONDITION_EVENTS} events`,
  );
  expect(formatCondition(parse(`${'('.repeat(100_000)}a${')'.repeat(100_000)}`))).toBe('a');
});

test('a condition that is printed and parsed again is the same', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9_.:*?$[\]!-]{1,8}$/).filter((text) => text !== 'and' && text !== 'or');
  const args = fc
    .tuple(
      fc.array(word, { maxLength: 2 }),
      fc.array(fc.tuple(word, fc.constantFrom('=', '!='), word), { maxLength: 2 }),
    )
    .map(([positional, named]) => [...positional, ...named.map((parts) => parts.join(''))]);
  const event = fc.record({ op: fc.constant('event' as const), name: word, args });
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 5 },
      event,
      fc.record({
        op: fc.constantFrom('and' as const, 'or' as const),
        left: tie('condition'),
        right: tie('condition'),
      }),
    ),
  }));
  fc.assert(
    fc.property(condition, (tree) => {
      expect(parse(formatCondition(tree))).toEqual(tree);
    }),
  );
});
