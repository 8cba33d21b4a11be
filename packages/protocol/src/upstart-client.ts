/** A daemon as commands use it, behind a socket or in the same process. */
import { TimeoutError } from './errors.ts';
import type { Method, Notification, Params, Result } from './messages.ts';

export interface CallOptions {
  /** Makes the request repeatable, see `RequestFrame`. */
  key?: string;
  /** Milliseconds after which the call is given up with a `TimeoutError`; without it a call waits for ever. */
  timeoutMs?: number;
}

export interface UpstartClient {
  /** Carries out one request. Rejects with the daemon's `UpstartError`, or with a `ConnectionError`. */
  call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>>;
  /**
   * Has `listener` called for every notification from now on; resolves once the daemon has agreed. `ended` gets
   * when none will come any more: null after `close`, else why.
   */
  watch(listener: (notification: Notification) => void, ended?: (reason: Error | null) => void): Promise<void>;
  /** Ends the connection; calls that wait are rejected. */
  close(): void;
}

/** Gives each call of `client` a key: `KEY:1`, `KEY:2`, …, so that the same calls, made again, get the same answers. */
export class KeyedClient implements UpstartClient {
  readonly #client: UpstartClient;
  readonly #key: string;
  #calls = 0;

  constructor(client: UpstartClient, key: string) {
    this.#client = client;
    this.#key = key;
  }

  call<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    this.#calls += 1;
    return this.#client.call(method, params, { ...options, key: `${this.#key}:${this.#calls}` });
  }

  watch(listener: (notification: Notification) => void, ended?: (reason: Error | null) => void): Promise<void> {
    return this.#client.watch(listener, ended);
  }

  close(): void {
    this.#client.close();
  }
}

/** The answer to `method`, if it comes within `timeoutMs`; else rejects with a `TimeoutError`. */
export async function withTimeLimit<T>(answer: Promise<T>, method: Method, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(method, timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
