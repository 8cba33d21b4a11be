import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectLinear } from '../../../test/processor-time.ts';
import { decodeText, encodeText } from './text.ts';

describe('text that may hold bytes which are no UTF-8', () => {
  it('turns back into the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([...encodeText(decodeText(bytes))]).toEqual([...bytes]);
      }),
    );
  });

  it('is decoded as UTF-8 where it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeText(Buffer.from(text)) === text));
  });

  it.each([
    [[0xff], '\udcff'],
    [[0x61, 0xc3], 'a\udcc3'],
    [[0xc0, 0x80], '\udcc0\udc80'],
    [[0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    [[0xf0, 0x9f, 0x98, 0x80, 0xf0], '😀\udcf0'],
  ])('%j', (bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text);
  });

  it('takes time in proportion to its length', () => {
    expectLinear(() => decodeText(new Uint8Array(1024 * 1024).fill(0xc3)));
  });
});
