/** A client without a socket: its calls go straight to the handlers. */

import {
  type CallOptions,
  type Method,
  type Notification,
  type Params,
  type Result,
  type UpstartClient,
  upstartError,
  withTimeLimit,
} from '@upstart/protocol';
import type { Caller, ControlContext } from './context.ts';
import { handle } from './handlers.ts';
import { publicNotification } from './notification-frame.ts';

/** The caller of an in-process client. */
export interface ClientCaller extends Pick<Caller, 'privileged' | 'process' | 'needs' | 'turn'> {
  /** Where it watches; by default at the runner. */
  readonly watchers?: Watchers;
}

interface Watchers {
  add(listener: (notification: Notification) => void): unknown;
  delete(listener: (notification: Notification) => void): unknown;
}

/** A client without a socket, for what runs in the daemon itself. */
export class InProcessClient implements UpstartClient {
  readonly #context: ControlContext;
  readonly #caller: ClientCaller;
  #listener: ((notification: Notification) => void) | null = null;

  constructor(context: ControlContext, caller: ClientCaller) {
    this.#context = context;
    this.#caller = caller;
  }

  call<M extends Method>(method: M, params: Params<M>, options: CallOptions = {}): Promise<Result<M>> {
    const { key, timeoutMs } = options;
    const answer = handle(this.#context, method, params, this.#callerOf(key));
    return timeoutMs === undefined ? answer : withTimeLimit(answer, method, timeoutMs);
  }

  /** Emits an event with the descriptor `file` of this client, by the number under which the supervisor keeps it. */
  emitWithFile(params: Params<'emit'>, file: number): Promise<Result<'emit'>> {
    return handle(this.#context, 'emit', params, { ...this.#callerOf(undefined), file });
  }

  #callerOf(key: string | undefined): Caller {
    const { privileged, process, needs, turn } = this.#caller;
    const watch = (): void => {
      throw upstartError('bad-request', 'use watch()');
    };
    return { privileged, key, process, needs, turn, watch };
  }

  async watch(listener: (notification: Notification) => void): Promise<void> {
    this.#listener = this.#caller.privileged ? listener : (notification) => listener(publicNotification(notification));
    this.#watchers.add(this.#listener);
  }

  get #watchers(): Watchers {
    return this.#caller.watchers ?? this.#context.runner.watchers;
  }

  close(): void {
    if (this.#listener) this.#watchers.delete(this.#listener);
    this.#listener = null;
  }
}
