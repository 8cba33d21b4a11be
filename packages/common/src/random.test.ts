import { expect, it } from 'vitest';
import { cryptoModule, randomId } from './random.ts';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

it('is another one each time, in the form that Node has, too', () => {
  const ids = new Set(Array.from({ length: 100 }, randomId));
  expect(ids.size).toBe(100);
  for (const id of [...ids, cryptoModule().randomUUID()]) expect(id).toMatch(UUID);
});
