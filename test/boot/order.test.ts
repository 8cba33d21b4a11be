import { expect, test } from 'vitest';
import { inOrder, parseDepend, scriptsInOrder } from './order.ts';

test('scripts that are missing or too early are reported', () => {
  expect(inOrder('a\nb\nc\n', ['a', 'b', 'c'])).toEqual([]);
  expect(inOrder('b\na\n', ['a', 'b', 'd'])).toEqual(['b before a', 'missing: d']);
});

const waits = parseDepend('TARGETS = a b\nINTERACTIVE =\nb: a c\n');
const script = (name: string, action: string): string =>
  `upstart-rc: /etc/rc0.d/${name} ${action}\nupstart-rc: /etc/rc0.d/${name} ${action} has ended\n`;

test('files of insserv are read', () => {
  expect([...waits]).toEqual([['b', ['a', 'c']]]);
});

test('scripts wait for the end of what they need, among those that run', () => {
  expect(
    scriptsInOrder(script('K01a', 'stop') + script('K02b', 'stop'), '/etc/rc0.d', ['K01a', 'K02b'], waits),
  ).toEqual([]);
  const wrong = script('K02b', 'stop') + script('K01a', 'stop');
  expect(scriptsInOrder(wrong, '/etc/rc0.d', ['K01a', 'K02b'], waits)).toEqual(['K02b before the end of K01a']);
});

test('a script that has not run or not ended is reported, except the last one', () => {
  const begun = 'upstart-rc: /etc/rc0.d/K01a stop\n';
  expect(scriptsInOrder(begun, '/etc/rc0.d', ['K01a', 'K02b'], waits)).toEqual([
    'K01a has not ended',
    'K02b has not run',
  ]);
  expect(scriptsInOrder(begun, '/etc/rc0.d', ['K01a'], waits, 'a')).toEqual([]);
});
