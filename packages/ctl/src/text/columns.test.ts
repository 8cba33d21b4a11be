import { expect, it } from 'vitest';
import { columnsOf, elided, padColumns } from './columns.ts';

it.each([
  ['', 0],
  ['web', 3],
  ['ünïcødé', 7],
  ['u\u0308', 1],
  ['名前', 4],
  ['한글', 4],
  ['🚀', 2],
  ['\udcff', 1],
])('%s takes %d columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

it('pads to columns', () => {
  expect(padColumns('名前', 6)).toBe('名前  ');
  expect(padColumns('longer', 3)).toBe('longer');
});

it('elides what has more columns, and never half a character', () => {
  expect(elided('名前長い', 8)).toBe('名前長い');
  expect(elided('名前長い名前', 8)).toBe('名前…前');
  expect(elided(`${'x'.repeat(50)}-end`, 16)).toBe('xxxxxxxxxx…x-end');
  expect(elided('🚀🚀🚀🚀', 4)).toBe('🚀…');
});
