import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Notification } from '@upstart/protocol';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LIMITS } from './limits.ts';
import { Sender } from './sender.ts';
import { signalMessage } from './signals.ts';

/** A socket whose other end reads only on request. */
class Unread extends Duplex {
  #taken: (() => void)[] = [];

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    this.#taken.push(done);
  }

  /** Reads all that there is, and what comes after it. */
  async readAll(): Promise<void> {
    while (this.writableLength > 0) {
      for (const done of this.#taken.splice(0)) done();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const event = (bytes: number): Notification => ({
  event: 'event-emitted',
  name: 'X'.repeat(bytes),
  env: [],
  failed: false,
});
const sized = (bytes: number): Notification => event(bytes - (signalMessage(event(8), 1)?.length ?? 0) + 8);

let socket: Unread;
let cutOff: ReturnType<typeof vi.fn<() => void>>;
const sender = (stalledMs: number | null): Sender => new Sender(socket as unknown as Socket, cutOff, stalledMs);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  socket = new Unread();
  cutOff = vi.fn<() => void>();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets a client leave so much unread for as long as it likes', () => {
  sender(LIMITS.stalledMs).signal(sized(LIMITS.fullBytes));
  expect(socket.writableLength).toBe(LIMITS.fullBytes);
  vi.advanceTimersByTime(2 * LIMITS.stalledMs);
  expect(cutOff).not.toHaveBeenCalled();
});

it('cuts off a client that leaves more for too long', () => {
  const sending = sender(LIMITS.stalledMs);
  sending.signal(sized(LIMITS.fullBytes));
  sending.signal(sized(256));
  vi.advanceTimersByTime(LIMITS.stalledMs - 1);
  sending.signal(sized(256));
  expect(cutOff).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(cutOff).toHaveBeenCalledOnce();
});

it('begins again when the client has read everything', async () => {
  const sending = sender(LIMITS.stalledMs);
  for (let round = 0; round < 3; round++) {
    sending.signal(sized(2 * LIMITS.fullBytes));
    vi.advanceTimersByTime(LIMITS.stalledMs - 1);
    await socket.readAll();
  }
  vi.advanceTimersByTime(LIMITS.stalledMs);
  expect(cutOff).not.toHaveBeenCalled();
});

it('forgets a client that has gone, and never cuts off a bus for being slow', async () => {
  sender(LIMITS.stalledMs).signal(sized(2 * LIMITS.fullBytes));
  socket.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  socket = new Unread();
  sender(null).signal(sized(2 * LIMITS.fullBytes));
  vi.advanceTimersByTime(2 * LIMITS.stalledMs);
  expect(cutOff).not.toHaveBeenCalled();
});

it('cuts off at once a client that leaves far too much', () => {
  const sending = sender(LIMITS.stalledMs);
  for (let bytes = 0; bytes < LIMITS.unreadBytes; bytes += LIMITS.fullBytes) sending.signal(sized(LIMITS.fullBytes));
  expect(socket.writableLength).toBe(LIMITS.unreadBytes);
  expect(cutOff).not.toHaveBeenCalled();
  sending.signal(sized(256));
  expect(cutOff).toHaveBeenCalledOnce();
});
