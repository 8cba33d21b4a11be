import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS, someBelow } from '../../../../test/effort.ts';
import { crc32, crc32Slowly, decodeRecords, encodeRecord } from './records.ts';

const VALUES = [
  { type: 'define', text: 'exec true', list: new Map([['a', [1, 2, 3]]]) },
  'bytes that are no UTF-8: \udc80\udcff',
  [],
  new Set([1, 'two', null]),
  { large: 'x'.repeat(300) },
];
const RECORDS = VALUES.map(encodeRecord);
const FILE = Buffer.concat(RECORDS);
/** Where each record ends. */
const ENDS = RECORDS.map((_, i) => RECORDS.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));

/** How many records end within the first `bytes` bytes. */
function wholeWithin(bytes: number): number {
  return ENDS.filter((end) => end <= bytes).length;
}

describe('records', () => {
  it('are read as they were written', () => {
    expect(decodeRecords(FILE)).toEqual({ values: VALUES, goodBytes: FILE.length, damage: null });
    expect(decodeRecords(Buffer.alloc(0))).toEqual({ values: [], goodBytes: 0, damage: null });
  });

  it('have the check sum that others know', () => {
    for (const check of [crc32, crc32Slowly]) expect(check(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  it('cut off after any byte are read up to the last whole one, and the damage is named', () => {
    for (let length = 0; length < FILE.length; length++) {
      const { values, goodBytes, damage } = decodeRecords(FILE.subarray(0, length));
      const whole = wholeWithin(length);
      expect(values).toEqual(VALUES.slice(0, whole));
      expect(goodBytes).toBe(ENDS[whole - 1] ?? 0);
      expect(damage === null).toBe(goodBytes === length);
    }
  });

  it('with any one bit flipped are read up to the one before it', () => {
    for (const bit of someBelow(FILE.length * 8)) {
      const flipped = Buffer.from(FILE);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      const { values, damage } = decodeRecords(flipped);
      expect(values).toHaveLength(wholeWithin(bit >> 3));
      expect(damage).not.toBeNull();
    }
  });

  it('followed by anything, or written over from anywhere, give nothing that was not written', () => {
    const damaged = fc.record({
      at: fc.nat({ max: FILE.length }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    });
    fc.assert(
      fc.property(damaged, ({ at, bytes }) => {
        const { values } = decodeRecords(Buffer.concat([FILE.subarray(0, at), bytes]));
        expect(values.length).toBeGreaterThanOrEqual(wholeWithin(at));
        expect(values).toEqual(VALUES.slice(0, values.length));
      }),
      { numRuns: 20 * PROPERTY_RUNS },
    );
  });

  it.each([
    ['zeros', Buffer.alloc(64)],
    ['a length beyond all memory', Buffer.from('ffffffff0000000000', 'hex')],
  ])('that are %s are damage', (_, bytes) => {
    expect(decodeRecords(bytes)).toMatchObject({
      values: [],
      goodBytes: 0,
      damage: expect.stringMatching(/^record 1 /),
    });
  });
});
