/** The part that is taken out of start-up snapshots. */
import { expect, test } from 'vitest';
import { withoutCodeCache } from '../../scripts/code-cache.mjs';

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

const module = (name: string, code: Buffer): Buffer =>
  Buffer.concat([number(name.length), Buffer.from(name), number(code.length), code]);

const HEAP = Buffer.from('heap\x01\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0path of the heap');
const CACHE = Buffer.concat([number(2), module('fs', Buffer.alloc(300, 7)), module('internal/util', Buffer.alloc(0))]);

test('the modules at the end are dropped, and what is before them stays', () => {
  expect(withoutCodeCache(Buffer.concat([HEAP, CACHE]))).toEqual(Buffer.concat([HEAP, number(0)]));
});

test.each([
  ['there is none', HEAP],
  ['there is one already without modules', Buffer.concat([HEAP, number(0)])],
  ['something follows', Buffer.concat([HEAP, CACHE, Buffer.from([0])])],
  ['its end is missing', Buffer.concat([HEAP, CACHE]).subarray(0, -1)],
  ['a name is no text', Buffer.concat([HEAP, number(1), module('a\x01b', Buffer.alloc(9))])],
  ['it is empty', Buffer.alloc(0)],
])('nothing is dropped if %s', (_, snapshot) => {
  expect(withoutCodeCache(snapshot)).toBeNull();
});
