import { describe, expect, it } from 'vitest';
import { LIMITS, SPECIFIED } from '../limits.ts';
import { WireError } from './check-values.ts';
import { encodeMessage } from './codec.ts';
import { type Header, MESSAGE_TYPES, type Outgoing } from './message.ts';
import { MessageStream, type Received } from './message-stream.ts';

const CALL = { type: MESSAGE_TYPES.call, serial: 7, path: '/a/b', interface: 'com.example.I', member: 'M' };

function read(...chunks: Buffer[]): { messages: Received[]; tooLong: Header[]; stream: MessageStream } {
  const messages: Received[] = [];
  const tooLong: Header[] = [];
  const stream = new MessageStream({
    message: (message) => messages.push(message),
    tooLong: (header) => tooLong.push(header),
  });
  for (const chunk of chunks) stream.push(chunk);
  return { messages, tooLong, stream };
}

const call = (signature: string, body: Outgoing['body']): Buffer =>
  encodeMessage({ ...CALL, ...(signature === '' ? {} : { signature, body }) } as Outgoing);

/** A call with these bytes as its arguments, whatever they are. */
function withBody(signature: string, body: Buffer): Buffer {
  const head = encodeMessage({ ...CALL, signature, body: undefined } as unknown as Outgoing);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** A call whose arguments are `depth` variants, one in the other, around a byte. */
function nestedVariants(depth: number): Buffer {
  const body = [...Array(depth).keys()].flatMap((level) => [1, level === depth - 1 ? 0x79 : 0x76, 0]);
  return withBody('v', Buffer.from([...body, 5]));
}

const u32 = (value: number): number[] => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >> 24) & 0xff,
];

describe('a stream of messages', () => {
  it('gives the header and the arguments of each', () => {
    const { messages } = read(call('sasb', ['x', ['a', 'b'], true]), call('', []));
    expect(messages[0]).toMatchObject({ ...CALL, signature: 'sasb', flags: 0 });
    expect(messages[0]?.args()).toEqual(['x', ['a', 'b'], true]);
    expect(messages[1]).toMatchObject({ ...CALL, signature: '' });
    expect(messages[1]?.args()).toEqual([]);
  });

  it('does not depend on how the bytes come', () => {
    const bytes = Buffer.concat([call('s', ['first']), call('s', ['second'])]);
    const { messages } = read(...[...bytes].map((byte) => Buffer.of(byte)));
    expect(messages.map((message) => message.args())).toEqual([['first'], ['second']]);
  });

  it('reads the other byte order', () => {
    const head = [0x42, 1, 0, 1, 0, 0, 0, 6, 0, 0, 0, 9, 0, 0, 0, 0];
    const fields = [1, 1, 0x6f, 0, 0, 0, 0, 2, 0x2f, 0x61, 0, 0, 0, 0, 0, 0];
    const member = [3, 1, 0x73, 0, 0, 0, 0, 1, 0x4d, 0, 0, 0, 0, 0, 0, 0];
    const signature = [8, 1, 0x67, 0, 1, 0x73, 0];
    const bytes = Buffer.from([...head, ...fields, ...member, ...signature, 0, 0, 0, 0, 1, 0x78, 0]);
    bytes.writeUInt32BE(fields.length + member.length + signature.length, 12);
    const { messages } = read(bytes);
    expect(messages[0]).toMatchObject({ path: '/a', member: 'M', serial: 9 });
    expect(messages[0]?.args()).toEqual(['x']);
  });

  it('skips a message that is too long, and keeps only its header', () => {
    const length = (text: number): Buffer => call('s', ['x'.repeat(text)]);
    const overhead = length(0).length;
    const most = length(LIMITS.messageBytes - overhead);
    expect(most.length).toBe(LIMITS.messageBytes);
    const tooLong = length(LIMITS.messageBytes - overhead + 1);
    const { messages, tooLong: skipped } = read(most, tooLong, call('s', ['after']));
    expect(messages.map(({ bytes }) => bytes)).toEqual([LIMITS.messageBytes, expect.any(Number)]);
    expect(skipped).toEqual([expect.objectContaining({ serial: 7, member: 'M' })]);
    const { stream } = read(tooLong.subarray(0, LIMITS.messageBytes));
    expect(stream.held).toBeLessThan(LIMITS.headerBytes);
  });

  it('skips one whose header alone is too long without a word', () => {
    const path = `/${'x'.repeat(LIMITS.messageBytes)}`;
    const { messages, tooLong } = read(encodeMessage({ ...CALL, path }), call('', []));
    expect(messages).toHaveLength(1);
    expect(tooLong).toEqual([]);
  });
});

describe('a message is rejected', () => {
  const rejected = (bytes: Buffer): void => void expect(() => read(bytes)).toThrow(WireError);
  const accepted = (bytes: Buffer): void => void expect(read(bytes).messages).toHaveLength(1);
  const patched = (at: number, value: number): Buffer => {
    const bytes = call('s', ['x']);
    bytes[at] = value;
    return bytes;
  };

  it('with a wrong byte order, type, version or serial number', () => {
    rejected(patched(0, 0x58));
    rejected(patched(1, 0));
    rejected(patched(3, 2));
    rejected(patched(8, 0));
  });

  it('beyond the length that D-Bus allows', () => {
    const start = call('', []).subarray(0, 16);
    start.writeUInt32LE(SPECIFIED.messageBytes, 4);
    rejected(start);
  });

  it('without the fields that its type needs', () => {
    rejected(encodeMessage({ type: MESSAGE_TYPES.call, serial: 1, path: '/a' }));
    rejected(encodeMessage({ type: MESSAGE_TYPES.call, serial: 1, member: 'M' }));
    rejected(encodeMessage({ type: MESSAGE_TYPES.signal, serial: 1, path: '/a', member: 'M' }));
    rejected(encodeMessage({ type: MESSAGE_TYPES.error, serial: 1, replySerial: 3 }));
    accepted(encodeMessage({ type: MESSAGE_TYPES.reply, serial: 1, replySerial: 3 }));
  });

  it.each([
    ['path', '/a/'],
    ['path', 'a'],
    ['interface', 'one'],
    ['member', 'a.b'],
    ['member', '1a'],
    ['destination', 'x'],
    ['member', 'm'.repeat(SPECIFIED.nameBytes + 1)],
  ])('with %s %s', (field, value) => {
    rejected(encodeMessage({ ...CALL, [field]: value }));
  });

  it('with a name of the longest length, and not', () => {
    accepted(encodeMessage({ ...CALL, member: 'm'.repeat(SPECIFIED.nameBytes) }));
  });

  it('with values that are none', () => {
    rejected(withBody('b', Buffer.from(u32(2))));
    accepted(withBody('b', Buffer.from(u32(1))));
    rejected(withBody('s', Buffer.from([...u32(1), 0xff, 0])));
    rejected(withBody('s', Buffer.from([...u32(1), 0x78, 0x79])));
    rejected(withBody('s', Buffer.from([...u32(2), 0x78, 0, 0])));
    rejected(withBody('s', Buffer.from([...u32(9), 0x78, 0])));
    rejected(withBody('s', Buffer.from([...u32(0xffff_ffff), 0x78, 0])));
    rejected(withBody('o', Buffer.from([...u32(1), 0x78, 0])));
    rejected(withBody('g', Buffer.from([1, 0x61, 0])));
    rejected(withBody('yu', Buffer.from([1, 0, 9, 0, ...u32(1)])));
    rejected(withBody('u', Buffer.from([1, 0])));
    rejected(withBody('', Buffer.from([1])));
    rejected(withBody('y', Buffer.from([1, 2])));
  });

  it('with arrays that reach too far, or of which the library would not find the end', () => {
    rejected(withBody('au', Buffer.from([...u32(8), ...u32(1)])));
    rejected(withBody('au', Buffer.from([...u32(3), 0, 0, 0])));
    accepted(withBody('au', Buffer.from([...u32(4), ...u32(1)])));
    rejected(withBody('as', Buffer.from([...u32(5), ...u32(4), 0x78])));
    rejected(withBody('a()', Buffer.from([...u32(8), 0, 0, 0, 0])));
    rejected(withBody('au', Buffer.from(u32(SPECIFIED.arrayBytes + 4))));
  });

  it('with variants deeper than D-Bus allows', () => {
    accepted(nestedVariants(SPECIFIED.totalDepth));
    rejected(nestedVariants(SPECIFIED.totalDepth + 1));
    rejected(nestedVariants(10_000));
  });

  it('with a variant of none or of two values', () => {
    rejected(withBody('v', Buffer.from([0, 0])));
    rejected(withBody('v', Buffer.from([2, 0x79, 0x79, 0, 1, 1])));
  });

  it('with a field twice, or of another type', () => {
    const bytes = encodeMessage({ ...CALL, destination: 'com.example.a', sender: 'com.example.b' });
    const at = bytes.indexOf(Buffer.from([7, 1, 0x73, 0]));
    bytes[at] = 6;
    rejected(bytes);
  });
});
