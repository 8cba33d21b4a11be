import { expect, it } from 'vitest';
import { type OptionSpec, parseWords, UsageError } from './options.ts';

const SPECS: OptionSpec[] = [
  { long: 'all', short: 'a', description: '' },
  { long: 'value', short: 'v', value: 'X', description: '' },
  { long: 'only', short: 'o', letterOnly: true, description: '' },
  { long: 'count', value: 'N', integer: true, description: '' },
  { long: 'help', description: '' },
];

it.each([
  ['--fly', 'invalid option: --fly'],
  ['--fly=1', 'invalid option: --fly=1'],
  ['--al', 'invalid option: --al'],
  ['--only', 'invalid option: --only'],
  ['-Z', 'invalid option: -Z'],
  ['-aZ', 'invalid option: -Z'],
  ['--all=3', 'unexpected argument: --all=3'],
  ['word --value', 'missing argument: --value'],
  ['--value -a', 'missing argument: --value'],
  ['--count=3x', 'illegal argument: 3x'],
  ['--constructor', 'invalid option: --constructor'],
])('%s: %s', (line, message) => {
  expect(() => parseWords(line.split(' '), SPECS)).toThrow(new UsageError(message));
});

it('collects unknown options among the words, and knows a group of letters as a whole', () => {
  const line = '--fly=1 word -aZ -a -vZ --value -x y -- --all --fly';
  const { words, unknown, given } = parseWords(line.split(' '), SPECS, { unknown: 'collect' });
  expect(unknown).toEqual(['--fly=1', '-aZ', '-x']);
  expect(words).toEqual(['--fly=1', 'word', '-aZ', '-x', '--all', '--fly']);
  expect(given).toEqual([
    ['all', true],
    ['value', 'Z'],
    ['value', 'y'],
  ]);
});

it.each([
  ['--value', 'missing argument: --value'],
  ['--all=1', 'unexpected argument: --all=1'],
])('collecting still rejects %s', (line, message) => {
  expect(() => parseWords([line], SPECS, { unknown: 'collect' })).toThrow(new UsageError(message));
});

it('ends where help is asked for', () => {
  expect(parseWords(['-a', '--help', '--fly'], SPECS)).toMatchObject({ asked: 'help', options: { all: true } });
});
