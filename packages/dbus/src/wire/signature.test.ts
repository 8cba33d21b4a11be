import { expect, it } from 'vitest';
import { SPECIFIED } from '../limits.ts';
import { isSignature, isSingleType } from './signature.ts';

it.each(['', 's', 'sas', 'a{sv}', 'a(si)', '(s(ua{yv}))', 'aaas', 'h'])('%s is a signature', (signature) => {
  expect(isSignature(signature)).toBe(true);
});

it.each([
  'a',
  '()',
  'a()',
  '(',
  ')',
  '(s',
  's)',
  '{sv}',
  'a{vs}',
  'a{s}',
  'a{sss}',
  'a{(s)s}',
  'e',
  'r',
  'm',
  '*',
  'a{s',
])('%s is none', (signature) => {
  expect(isSignature(signature)).toBe(false);
});

it('has limits', () => {
  const { signatureBytes, arrayDepth, structDepth } = SPECIFIED;
  expect(isSignature('y'.repeat(signatureBytes))).toBe(true);
  expect(isSignature('y'.repeat(signatureBytes + 1))).toBe(false);
  expect(isSignature(`${'a'.repeat(arrayDepth)}y`)).toBe(true);
  expect(isSignature(`${'a'.repeat(arrayDepth + 1)}y`)).toBe(false);
  const structs = (depth: number): string => `${'('.repeat(depth)}y${')'.repeat(depth)}`;
  expect(isSignature(structs(structDepth))).toBe(true);
  expect(isSignature(structs(structDepth + 1))).toBe(false);
});

it('knows what a variant may hold', () => {
  expect(isSingleType('as')).toBe(true);
  expect(isSingleType('')).toBe(false);
  expect(isSingleType('ss')).toBe(false);
});
