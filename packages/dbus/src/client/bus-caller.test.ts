/** A client on a bus that does not do its part. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISCONNECTED } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../limits.ts';
import { encodeMessage } from '../wire/codec.ts';
import { MESSAGE_TYPES, type Outgoing } from '../wire/message.ts';
import { MessageStream, type Received } from '../wire/message-stream.ts';
import { BusCaller, type Called } from './bus-caller.ts';

/** What the bus does with a call. */
type Answering = (call: Received, socket: Socket) => void;

const NO_REPLY = /^Did not receive a reply\. Possible causes include: /;
const VERSION: Called = { path: '/', interface: 'a.b', member: 'Version', answer: 's' };

let folder: string;
let server: Server;
let caller: BusCaller | null = null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'upstart-bus-caller-'));
});
afterEach(() => {
  vi.useRealTimers();
  caller?.close();
  caller = null;
  server.close();
  rmSync(folder, { recursive: true });
});

const reply = (serial: number, content: Partial<Outgoing> = {}): Buffer =>
  encodeMessage({ type: MESSAGE_TYPES.reply, serial: 1, replySerial: serial, ...content });
const text = (value: string): Partial<Outgoing> => ({ signature: 's', body: [value] });

/** A bus that authenticates clients, answers `Hello`, and else does what `answering` says. */
function bus(answering: Answering): (socket: Socket) => void {
  return (socket) => {
    socket.once('data', () => {
      socket.write(`OK ${'0'.repeat(32)}\r\n`);
      socket.once('data', (chunk: Buffer) => {
        const message = (call: Received): void => {
          if (call.member === 'Hello') socket.write(reply(call.serial, text(':1.1')));
          else answering(call, socket);
        };
        const stream = new MessageStream({ message, tooLong: () => {} });
        const take = (bytes: Buffer): void => stream.push(bytes);
        take(chunk.subarray('BEGIN\r\n'.length));
        socket.on('data', take);
      });
    });
  };
}

/** The time for an answer is over. */
const patienceEnds = (): void => void vi.advanceTimersByTime(LIMITS.answerMs);

/** A client on that bus. */
async function client(serve: (socket: Socket) => void): Promise<BusCaller> {
  server = createServer((socket) => serve(socket.on('error', () => {}))).listen(join(folder, 'bus'));
  await once(server, 'listening');
  const socket = createConnection(join(folder, 'bus'));
  await once(socket, 'connect');
  caller = await BusCaller.open(socket, 0, 'a.b');
  return caller;
}

describe('opening gives up', () => {
  it.each<[string, (socket: Socket) => void, RegExp | string]>([
    ['when the bus says nothing', (socket) => socket.once('data', patienceEnds), NO_REPLY],
    [
      'when the bus does not answer Hello',
      (socket) =>
        socket.once('data', () => {
          socket.write('OK 00\r\n');
          socket.once('data', patienceEnds);
        }),
      NO_REPLY,
    ],
    ['when the bus disconnects', (socket) => socket.destroy(), DISCONNECTED],
    [
      'when the bus rejects this user',
      (socket) => socket.write('REJECTED EXTERNAL\r\n'),
      'The bus rejects this process: REJECTED EXTERNAL',
    ],
    [
      'and makes the characters visible that would command a terminal',
      (socket) => socket.write('REJECTED \x1b[2J\r\n'),
      'The bus rejects this process: REJECTED \\x1b[2J',
    ],
    [
      'when the bus talks of something else',
      (socket) => socket.once('data', () => socket.write('OK 00\r\nHTTP/1.1 400 Bad Request')),
      'The D-Bus bus sends nonsense: a message has no known byte order',
    ],
  ])('%s', async (_, serve, why) => {
    await expect(client(serve)).rejects.toThrow(why);
  });
});

describe('a call', () => {
  it('waits for its answer for the time that libdbus does', () => {
    expect(LIMITS.answerMs).toBe(25_000);
  });

  it('is given up without an answer in time; one that comes later is not that of another call', async () => {
    const calls: Received[] = [];
    const calling = await client(
      bus((call, socket) => {
        calls.push(call);
        if (calls.length === 1) patienceEnds();
        // Both together: the late one first.
        else for (const { serial } of calls) socket.write(reply(serial, text(`${serial}`)));
      }),
    );
    await expect(calling.call(VERSION)).rejects.toMatchObject({
      ...{ errorName: 'org.freedesktop.DBus.Error.NoReply', message: expect.stringMatching(NO_REPLY) },
    });
    expect(await calling.call({ ...VERSION, isPatient: true })).toEqual([`${calls[1]?.serial}`]);
  });

  it('waits without a limit if it is one for a job or an event', async () => {
    const waiting: number[] = [];
    const calling = await client(
      bus(({ member, serial }, socket) => {
        if (member === 'Start') waiting.push(serial);
        if (member === 'Version') patienceEnds();
        if (member === 'Go') socket.write(reply(waiting[0] as number, text('started')));
      }),
    );
    const started = calling.call({ ...VERSION, member: 'Start', isPatient: true });
    await expect(calling.call(VERSION)).rejects.toThrow(NO_REPLY);
    void calling.call({ ...VERSION, member: 'Go' }).catch(() => {});
    expect(await started).toEqual(['started']);
  });

  it('ends with the connection', async () => {
    const calling = await client(bus((_, socket) => socket.destroy()));
    await expect(calling.call({ ...VERSION, isPatient: true })).rejects.toThrow(DISCONNECTED);
    await expect(calling.call(VERSION), 'as does one after that').rejects.toThrow(DISCONNECTED);
  });

  it.each<[string, Partial<Outgoing>]>([
    ['another type', { signature: 'u', body: [7] }],
    ['nothing', {}],
    ['too many values', { signature: 'ss', body: ['a', 'b'] }],
  ])('fails when its answer has %s', async (_, content) => {
    const calling = await client(bus(({ serial }, socket) => socket.write(reply(serial, content))));
    await expect(calling.call(VERSION)).rejects.toThrow('Invalid arguments received in reply');
  });

  it('takes an answer that is longer than clients of init may send', async () => {
    const long = 'x'.repeat(LIMITS.messageBytes * 3);
    const calling = await client(bus(({ serial }, socket) => socket.write(reply(serial, text(long)))));
    expect(await calling.call(VERSION)).toEqual([long]);
  });

  it('fails with the text of another process, which does not command a terminal', async () => {
    const error = { type: MESSAGE_TYPES.error, errorName: 'a.Bad', ...text('one\n\ttwo \x1b]0;title\x07\u009b') };
    const opened = await client(bus(({ serial }, socket) => socket.write(reply(serial, error))));
    await expect(opened.call(VERSION)).rejects.toThrow(/^one\n\ttwo \\x1b\]0;title\\x07\\x9b$/);
  });
});
