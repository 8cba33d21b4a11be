import { expect, it } from 'vitest';
import { InterpolationError, interpolate } from './interpolate.ts';

const ENV = { A: 'x', EMPTY: '' };
const expand = (text: string): unknown => interpolate(text, ENV, () => {});

it.each([
  ['$A-${A}-$$A', 'x-x-$A'],
  ['${EMPTY:-d}|${EMPTY-d}|${NONE-d}', 'd||d'],
  ['${A:+y}|${NONE:+y}|${EMPTY+y}', 'y||y'],
  ['${NONE:-${A}b}', 'xb'],
  ['${A:?needed}', 'x'],
  ['price: 5$$', 'price: 5$'],
])('%s is %s', (text, expanded) => expect(expand(text)).toBe(expanded));

it('goes into lists and mappings, and names variables that are not set', () => {
  const unset: string[] = [];
  expect(interpolate({ a: ['$NONE', 1], b: null }, ENV, (name) => unset.push(name))).toEqual({ a: ['', 1], b: null });
  expect(unset).toEqual(['NONE']);
});

it.each(['${A', '$', '${A!x}', '${NONE:?needed}', '${EMPTY:?}', '${A:-'.repeat(20)])('refuses %s', (text) => {
  expect(() => expand(text)).toThrow(InterpolationError);
});
