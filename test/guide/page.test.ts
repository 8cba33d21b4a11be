import { expect, it } from 'vitest';
import { isAsShown, stepsOf } from './page.ts';

it('is read as steps, and no block is left out', () => {
  const page = '# A\n```job ~/a.conf\ntask\n```\n```console\n$ start a\na start/running\n[1]\n$ true\n```\n';
  const command = { kind: 'command', background: false };
  expect(stepsOf(page)).toEqual([
    { kind: 'file', path: '~/a.conf', text: 'task\n', isJob: true },
    { ...command, command: 'start a', expected: ['a start/running', '[1]'], line: 6 },
    { ...command, command: 'true', expected: [], line: 9 },
  ]);
  expect(() => stepsOf('```\nrm\n```')).toThrow('line 1');
  expect(() => stepsOf('```sh\nrm\n```')).toThrow('line 1');
});

it.each([
  [['web start/running, process 12'], ['web start/running, process 4711'], true],
  [['web start/running'], ['web stop/waiting'], false],
  [['a', 'b', 'c'], ['…', 'c'], true],
  [['a', 'b', 'c'], ['a', '…'], true],
  [['a', 'b', 'c'], ['…', 'b', '…'], true],
  [['a', 'b', 'c'], ['…', 'd', '…'], false],
  [['a', 'b', 'c'], ['a', 'b'], false],
  [[], ['…'], true],
  [['File /tmp/x/me/a.conf'], ['File /home/me/a.conf'], true],
  [['JOB    CPU', 'web   1.5M'], ['JOB CPU', 'web 812K'], true],
  [['Sun Nov 29 12:12:15 UTC 2026'], ['Tue Dec  1 01:02:03 CET 2026'], true],
])('compares %j with the shown %j: %s', (output, expected, same) => {
  expect(isAsShown(output, expected, '/tmp/x/me')).toBe(same);
});
