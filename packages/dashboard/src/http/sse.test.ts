/** The bounds of streams, at their edges. */
import { describe, expect, it } from 'vitest';
import { type Send, Streams } from './sse.ts';

const nothing = async () => () => {};

function opened(streams: Streams): { response: Response; send: Send; ends: () => number } {
  let send: Send = () => {};
  let ends = 0;
  const response = streams.open(async (given) => {
    send = given;
    return () => {
      ends += 1;
    };
  });
  return { response, send: (event) => send(event), ends: () => ends };
}

/** What one event of a stream takes, in bytes. */
const EVENT = { event: 'e', data: 'x'.repeat(100) };
const EVENT_BYTES = 'event: e\ndata: ""\n\n'.length + 100;
const BEGINNING_BYTES = 'retry: 500\n\n'.length;

describe('streams', () => {
  it('are as many as the bound says, and one that ends makes room', async () => {
    const streams = new Streams(2);
    const [first] = [streams.open(nothing), streams.open(nothing)];
    expect(() => streams.open(nothing)).toThrow('There are 2 streams already');
    await first?.body?.cancel();
    expect(streams.size).toBe(1);
    streams.open(nothing);
    streams.close();
    expect(streams.size).toBe(0);
  });

  it('hold as much as the bound says for a reader that does not read, and drop it then', async () => {
    const streams = new Streams(1, BEGINNING_BYTES + 3 * EVENT_BYTES);
    const { response, send, ends } = opened(streams);
    await Promise.resolve();
    for (let sent = 0; sent < 3; sent++) send(EVENT);
    expect([streams.size, ends()]).toEqual([1, 0]);
    send(EVENT);
    expect([streams.size, ends()]).toEqual([0, 1]);
    send(EVENT);
    await expect(response.text()).rejects.toThrow('too slow');
  });

  it('have ids where there are some', async () => {
    const streams = new Streams();
    const { response, send } = opened(streams);
    await Promise.resolve();
    send({ event: 'history', id: 7, data: { a: 'b\nc' } });
    streams.close();
    expect(await response.text()).toBe('retry: 500\n\nevent: history\nid: 7\ndata: {"a":"b\\nc"}\n\n');
  });

  it('end when what begins them fails, so that the reader comes again', async () => {
    const streams = new Streams();
    const response = streams.open(() => Promise.reject(new Error('no init')));
    expect(await response.text()).toBe('retry: 500\n\n');
    expect(streams.size).toBe(0);
  });
});
