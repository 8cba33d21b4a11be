import { decodeText } from '@upstart/common';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { codePoint } from '../../../test/code-point.ts';
import { PROPERTY_RUNS } from '../../../test/effort.ts';
import { CLIENT_LIMITS, DAEMON_LIMITS, encodeFrame, FrameDecoder, type FrameLimits, FramingError } from './framing.ts';

const small: FrameLimits = { bytes: 100, values: 1000, depth: 4 };

function decode(bytes: Uint8Array, limits: FrameLimits, cuts: number[] = []): unknown[] {
  const decoder = new FrameDecoder(limits);
  const messages: unknown[] = [];
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    decoder.push(bytes.subarray(at, cut), (message) => messages.push(message));
    at = cut;
  }
  expect(decoder.incomplete).toBe(false);
  return messages;
}

function frame(body: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

const text = fc.oneof(
  fc.string({ unit: codePoint }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => decodeText(bytes)),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((k) => k !== '__proto__' && k !== 'data'),
      tie('any'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).any;
const message = fc.dictionary(
  fc.string().filter((k) => k !== '__proto__' && k !== 'data'),
  value,
  { maxKeys: 4, noNullPrototype: true },
);

describe('frames', () => {
  it('carry any message through any cutting of the stream', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map((m) => encodeFrame(m, DAEMON_LIMITS)));
        expect(decode(bytes, DAEMON_LIMITS, cuts)).toEqual(messages);
      }),
    );
  });

  it('carry bytes that are no UTF-8 as the text they were decoded to', () => {
    const name = decodeText(Buffer.of(0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80));
    const bytes = encodeFrame({ id: 1, params: { env: [name, `A=${name}`] } }, CLIENT_LIMITS);
    expect(decode(bytes, CLIENT_LIMITS)).toEqual([{ id: 1, params: { env: [name, `A=${name}`] } }]);
    expect(bytes.includes(Buffer.of(0xc4, 7, 0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80))).toBe(true);
  });

  it('accept text that was sent as a bin although it is UTF-8, and keep `data` as bytes', () => {
    const bytes = frame(new Packr({ useRecords: false }).pack({ name: Buffer.from('né'), data: Buffer.of(1, 255) }));
    expect(decode(bytes, CLIENT_LIMITS)).toEqual([{ name: 'né', data: Buffer.of(1, 255) }]);
  });

  it('leave out what is undefined', () => {
    expect(decode(encodeFrame({ id: 1, key: undefined }, CLIENT_LIMITS), CLIENT_LIMITS)).toEqual([{ id: 1 }]);
  });

  it('can be as long as the limit, not longer', () => {
    const fits = { t: 'x'.repeat(100 - 5) };
    const bytes = encodeFrame(fits, small);
    expect(bytes.length).toBe(104);
    expect(decode(bytes, small)).toEqual([fits]);
    expect(() => encodeFrame({ t: 'x'.repeat(100 - 4) }, small)).toThrow(FramingError);
    expect(() => decode(encodeFrame({ t: 'x'.repeat(100 - 4) }, DAEMON_LIMITS), small)).toThrow(
      'a frame of 101 bytes is longer than the 100 that are allowed',
    );
  });

  it('can be as deep as the limit, not deeper', () => {
    expect(decode(encodeFrame({ a: [[[]]] }, small), small)).toEqual([{ a: [[[]]] }]);
    expect(() => encodeFrame({ a: [[[[]]]] }, small)).toThrow('nested too deep');
    expect(() => decode(encodeFrame({ a: [[[[]]]] }, DAEMON_LIMITS), small)).toThrow('nested deeper than 4 levels');
    let deepest: unknown[] = [];
    for (let i = 2; i < DAEMON_LIMITS.depth; i++) deepest = [deepest];
    expect(decode(encodeFrame({ deepest }, DAEMON_LIMITS), DAEMON_LIMITS)).toEqual([{ deepest }]);
  });

  it('are refused by their announced length alone', () => {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(CLIENT_LIMITS.bytes + 1);
    expect(() => new FrameDecoder(CLIENT_LIMITS).push(header, () => {})).toThrow(FramingError);
    header.writeUInt32LE(CLIENT_LIMITS.bytes);
    const decoder = new FrameDecoder(CLIENT_LIMITS);
    decoder.push(header, () => {});
    expect(decoder.incomplete).toBe(true);
  });

  it('tell how much is kept of one, and how much is still to come', () => {
    const decoder = new FrameDecoder(CLIENT_LIMITS);
    const lengths: number[] = [];
    const take = (bytes: Uint8Array): number[] => {
      decoder.push(bytes, (_message, length) => lengths.push(length));
      return [decoder.held, decoder.missing];
    };
    const frame = encodeFrame({ id: 1, text: 'x'.repeat(100) }, CLIENT_LIMITS);
    const body = frame.length - 4;
    expect(take(frame.subarray(0, 3))).toEqual([0, 0]);
    expect(take(frame.subarray(3, 4))).toEqual([body, body]);
    expect(take(frame.subarray(4, 50))).toEqual([body, body - 46]);
    expect(take(frame.subarray(50))).toEqual([0, 0]);
    expect(lengths).toEqual([body]);
  });

  it('hand over what came before a bad one', () => {
    const decoder = new FrameDecoder(CLIENT_LIMITS);
    const messages: unknown[] = [];
    const bytes = Buffer.concat([encodeFrame({ id: 1 }, CLIENT_LIMITS), Buffer.alloc(4)]);
    expect(() => decoder.push(bytes, (m) => messages.push(m))).toThrow('a frame is empty');
    expect(messages).toEqual([{ id: 1 }]);
  });

  it('are refused with the reason when they are garbage', () => {
    const cases: [string, number[], string][] = [
      ['no map', [0x01], 'a frame holds something other than a map'],
      ['an array', [0x90], 'a frame holds something other than a map'],
      ['a bin', [0xc4, 0], 'a frame holds something other than a map'],
      ['a number as key', [0x81, 1, 2], 'the map key at byte 1 is not a string'],
      ['a bin as key', [0x81, 0xc4, 0, 2], 'the map key at byte 1 is not a string'],
      ['a string cut off', [0x81, 0xa3, 0x61], 'it ends in the middle of a value'],
      ['a value missing', [0x81, 0xa1, 0x61], 'it ends in the middle of a value'],
      ['a length cut off', [0x81, 0xa1, 0x61, 0xdb, 0], 'it ends in the middle of a value'],
      ['billions of elements', [0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff], 'it ends in the middle of a value'],
      ['billions of fields', [0xdf, 0xff, 0xff, 0xff, 0xff], 'it ends in the middle of a value'],
      ['an extension', [0x81, 0xa1, 0x61, 0xd4, 0, 0], 'the type 0xd4 is not accepted'],
      ['a record definition', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1], 'the type 0xd4 is not accepted'],
      ['an unused type', [0x81, 0xa1, 0x61, 0xc1], 'the type 0xc1 is not accepted'],
      ['a string that is no UTF-8', [0x81, 0xa1, 0x61, 0xa1, 0xff], 'the string at byte 4 is not UTF-8'],
      ['something after it', [0x80, 0xc0], '1 bytes follow the message'],
    ];
    for (const [what, body, reason] of cases) {
      const refused = (): unknown => decode(frame(Uint8Array.from(body)), CLIENT_LIMITS);
      expect(refused, what).toThrow(FramingError);
      expect(refused, what).toThrow(reason);
    }
  });

  it('never do worse than a FramingError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (body) => {
        try {
          decode(frame(body), CLIENT_LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(FramingError);
        }
      }),
      { numRuns: 20 * PROPERTY_RUNS },
    );
  });

  it('do not touch the prototype of what they become', () => {
    const body = Buffer.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 1]);
    const [decoded] = decode(frame(body), CLIENT_LIMITS) as [Record<string, unknown>];
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(decoded.a).toBeUndefined();
  });
});
