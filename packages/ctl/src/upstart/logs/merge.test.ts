import { expect, it } from 'vitest';
import { inTimeOrder, type ReadLog } from './merge.ts';

function log(label: string, writtenMs: number, ...lines: [text: string, timeMs: number | null][]): ReadLog {
  const file = { label, path: `/${label}.log` };
  return {
    file,
    writtenMs,
    piece: { end: 0, inode: 0 },
    lines: lines.map(([text, timeMs]) => ({ file, text, timeMs })),
  };
}

it('is that of the lines, and of the last write where they have no times', () => {
  const logs = [
    log('a', 99, ['a1', 10], [' more of a1', null], ['a2', 30]),
    log('b', 99, ['before b1', null], ['b1', 20], ['earlier than b1, by its clock', 5]),
    log('c', 25, ['c1', null], ['c2', null]),
  ];
  expect(inTimeOrder(logs).map(({ text }) => text)).toEqual([
    ...['a1', ' more of a1', 'before b1', 'b1', 'earlier than b1, by its clock', 'c1', 'c2', 'a2'],
  ]);
});
