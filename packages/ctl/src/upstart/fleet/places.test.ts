import { expect, it } from 'vitest';
import { withPlaces } from './places.ts';

it('names a host once, with the number of its places', () => {
  expect(withPlaces([])).toBe('');
  expect(withPlaces(['a', 'b'])).toBe('a, b');
  expect(withPlaces(['b', 'a', 'b', 'b'])).toBe('b (3 places), a');
});
