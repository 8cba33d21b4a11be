import { expect, test } from 'vitest';
import { connectionLimit } from './server.ts';

test('connections leave the daemon the descriptors that it needs itself', () => {
  const owner = { connections: 4096, share: 0.75 };
  expect(connectionLimit(owner, Number.POSITIVE_INFINITY)).toBe(4096);
  expect(connectionLimit(owner, 1024)).toBe(732);
  expect(connectionLimit(owner, 96)).toBe(36);
  expect(connectionLimit(owner, 32)).toBe(1);
});
