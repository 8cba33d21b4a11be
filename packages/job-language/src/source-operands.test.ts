import { expect, test } from 'vitest';
import { operandFault } from './source-operands.ts';

const fault = (words: string, inSession = false) => {
  const [name = '', ...args] = words.split(' ');
  return operandFault({ name, args }, { inSession });
};

test.each([
  ['socket', null, 'a socket needs PROTO= and its address'],
  ['socket PROTO=inet', null, 'incomplete socket event'],
  ['socket PROTO=inet PORT=0', 1, 'socket event with invalid PORT=0'],
  ['socket PROTO=inet COLOUR=red', 1, 'socket event with unknown variable COLOUR'],
  ['file EVENT=create x', 1, 'file event without variable name'],
  ['file EVENT=create FILE=x', 1, 'path must be absolute: x'],
  ['file FILE=/a/*/', 0, 'directory globbing not supported'],
])('%s: word %s is wrong', (words, argument, text) => {
  expect(fault(words)).toEqual({ argument, text, meant: null });
});

test('a timer also has what was meant', () => {
  expect(fault('timer EVERY=5min')).toMatchObject({ argument: 0, meant: 'EVERY=5m' });
});

test.each([
  'socket PROTO=inet PORT=1',
  'file FILE=/a',
  'file EVENT=create',
  'timer EVERY=1s',
  'dbus',
  'tty-device-added x',
  'started',
])('%s is in order', (words) => expect(fault(words)).toBeNull());

test('a path may start from the home folder in a session', () => {
  expect(fault('file FILE=x', true)).toBeNull();
  expect(fault('file FILE=./x', true)).toMatchObject({ argument: 0 });
});
