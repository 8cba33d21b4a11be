/**
 * What the application is asked, and what it answers: plain values. The objects of the Fetch standard would do the same; Node loads all of its
 * client for HTTP with them, which takes six megabytes and much of the time to the first answer.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type AskedHeaders = Readonly<IncomingHttpHeaders>;

export interface Asked {
  readonly method: string;
  /** The path with the query, as it came. */
  readonly target: string;
  readonly headers: AskedHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where a stream is written: Node's response. */
export interface StreamOut {
  /** Bytes that wait for the reader. */
  readonly writableLength: number;
  readonly destroyed: boolean;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** A text or bytes, nothing, or what writes a stream once the head of the answer was sent. */
export type Body = string | Uint8Array | null | ((out: StreamOut) => void);

export class Answer {
  readonly body: Body;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Body, { status = 200, headers = {} }: Partial<Pick<Answer, 'status' | 'headers'>> = {}) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }

  /** The same with more headers. */
  with(headers: Readonly<Record<string, string>>): Answer {
    return new Answer(this.body, { status: this.status, headers: { ...this.headers, ...headers } });
  }
}

export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return new Answer(JSON.stringify(value), { headers: { 'content-type': 'application/json', ...headers } });
}

/** A header of a request that counts once; null: there is none. */
export function headerOf(headers: AskedHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}
