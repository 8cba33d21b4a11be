/** Streams of server-sent events: their number is bounded, and so is what waits for a slow reader, which is dropped. */
import { MAX_STREAM_BACKLOG_BYTES, MAX_STREAMS, STREAM_BEAT_MS } from '../limits.ts';
import { Answer, type StreamOut } from './answer.ts';
import { ProblemError } from './problem.ts';

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** From where a reader that reconnects resumes (`Last-Event-ID`). */
  readonly id?: string | number;
}

export type Send = (event: StreamEvent) => void;

/** How long browsers wait before they reconnect, in milliseconds. */
const RECONNECT_MS = 500;

class Stream {
  readonly #backlogBytes: number;
  #out: StreamOut | null = null;
  isOver = false;
  /** Called once, when the stream is over for whatever reason. */
  onEnd: () => void = () => {};

  constructor(backlogBytes: number) {
    this.#backlogBytes = backlogBytes;
  }

  /** The head of the answer was sent: what follows is written there. */
  attach(out: StreamOut): void {
    this.#out = out;
    if (out.destroyed) this.ended();
    else out.once('close', () => this.ended());
  }

  send({ event, data, id }: StreamEvent): void {
    this.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  write(text: string): void {
    if (this.isOver || this.#out === null) return;
    if (this.#out.writableLength + Buffer.byteLength(text) > this.#backlogBytes) {
      this.#out.destroy();
      this.ended();
    } else this.#out.write(text);
  }

  close(): void {
    if (this.isOver) return;
    this.#out?.end();
    this.ended();
  }

  ended(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.onEnd();
  }
}

export class Streams {
  readonly #streams = new Set<Stream>();
  readonly #limit: number;
  readonly #backlogBytes: number;
  #beat: NodeJS.Timeout | null = null;

  constructor(limit = MAX_STREAMS, backlogBytes = MAX_STREAM_BACKLOG_BYTES) {
    this.#limit = limit;
    this.#backlogBytes = backlogBytes;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** `begin` starts what sends events, and resolves with what ends it. Throws a problem if there are too many streams. */
  open(begin: (send: Send) => Promise<() => void>): Answer {
    if (this.#streams.size >= this.#limit)
      throw new ProblemError(503, 'too-many-streams', `There are ${this.#limit} streams already`);
    const stream = new Stream(this.#backlogBytes);
    this.#add(stream);
    const write = (out: StreamOut): void => {
      stream.attach(out);
      stream.write(`retry: ${RECONNECT_MS}\n\n`);
      this.#run(stream, begin);
    };
    return new Answer(write, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    });
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  #run(stream: Stream, begin: (send: Send) => Promise<() => void>): void {
    begin((event) => stream.send(event)).then(
      (end) => {
        const whole = stream.onEnd;
        if (stream.isOver) end();
        else
          stream.onEnd = () => {
            whole();
            end();
          };
      },
      // The reader reconnects.
      () => stream.close(),
    );
  }

  #add(stream: Stream): void {
    this.#streams.add(stream);
    this.#beat ??= setInterval(() => {
      for (const each of this.#streams) each.write(': \n\n');
    }, STREAM_BEAT_MS);
    stream.onEnd = () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0 || this.#beat === null) return;
      clearInterval(this.#beat);
      this.#beat = null;
    };
  }
}
