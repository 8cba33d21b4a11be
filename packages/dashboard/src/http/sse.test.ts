/** The bounds of streams, at their edges. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Answer, StreamOut } from './answer.ts';
import { type Send, Streams } from './sse.ts';

const nothing = async () => () => {};

/** A reader that takes nothing. */
class PlayedOut extends EventEmitter implements StreamOut {
  text = '';
  writableLength = 0;
  destroyed = false;
  isEnded = false;

  write(text: string): void {
    this.text += text;
    this.writableLength += text.length;
  }

  end(): void {
    this.isEnded = true;
    this.emit('close');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function written(answer: Answer, out = new PlayedOut()): PlayedOut {
  (answer.body as (out: StreamOut) => void)(out);
  return out;
}

function opened(streams: Streams): { out: PlayedOut; send: Send; ends: () => number } {
  let send: Send = () => {};
  let ends = 0;
  const out = written(
    streams.open(async (given) => {
      send = given;
      return () => {
        ends += 1;
      };
    }),
  );
  return { out, send: (event) => send(event), ends: () => ends };
}

/** What one event of a stream takes, in bytes. */
const EVENT = { event: 'e', data: 'x'.repeat(100) };
const EVENT_BYTES = 'event: e\ndata: ""\n\n'.length + 100;
const BEGINNING_BYTES = 'retry: 500\n\n'.length;

describe('streams', () => {
  it('are as many as the bound says, and one that ends makes room', async () => {
    const streams = new Streams(2);
    const [first] = [streams.open(nothing), streams.open(nothing)].map((answer) => written(answer));
    expect(() => streams.open(nothing)).toThrow('There are 2 streams already');
    first?.destroy();
    expect(streams.size).toBe(1);
    streams.open(nothing);
    streams.close();
    expect(streams.size).toBe(0);
  });

  it('hold as much as the bound says for a reader that does not read, and drop it then', async () => {
    const streams = new Streams(1, BEGINNING_BYTES + 3 * EVENT_BYTES);
    const { out, send, ends } = opened(streams);
    await Promise.resolve();
    for (let sent = 0; sent < 3; sent++) send(EVENT);
    expect([streams.size, ends()]).toEqual([1, 0]);
    send(EVENT);
    expect([streams.size, ends()]).toEqual([0, 1]);
    send(EVENT);
    expect([out.destroyed, out.text.length]).toEqual([true, BEGINNING_BYTES + 3 * EVENT_BYTES]);
  });

  it('have ids where there are some', async () => {
    const streams = new Streams();
    const { out, send } = opened(streams);
    await Promise.resolve();
    send({ event: 'history', id: 7, data: { a: 'b\nc' } });
    streams.close();
    expect(out.text).toBe('retry: 500\n\nevent: history\nid: 7\ndata: {"a":"b\\nc"}\n\n');
  });

  it('are over at once for a reader that has gone before they begin', async () => {
    const streams = new Streams();
    const gone = new PlayedOut();
    gone.destroyed = true;
    written(streams.open(nothing), gone);
    expect(streams.size).toBe(0);
  });

  it('end when what begins them fails, so that the reader comes again', async () => {
    const streams = new Streams();
    const out = written(streams.open(() => Promise.reject(new Error('no init'))));
    await new Promise((resolve) => setImmediate(resolve));
    expect([out.isEnded, out.text]).toEqual([true, 'retry: 500\n\n']);
    expect(streams.size).toBe(0);
  });
});
