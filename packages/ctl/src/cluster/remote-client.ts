/** The init of another host, as commands use the one of this machine: each call goes to the agent there. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CallOptions,
  ERRORS,
  type ErrorCode,
  FLEET_METHODS,
  type Method,
  type Notification,
  type Params,
  type Result,
  type UpstartClient,
  UpstartError,
  withTimeLimit,
} from '@upstart/protocol';
import type { Cluster, FleetQuestion } from './load.ts';

type Asker = InstanceType<Cluster['FleetAsker']>;

/** Calls that a host gets at one time: fewer than an agent takes from one asker. */
const MAX_CALLS = 8;
/** An agent that is busy has done nothing: it is asked again after this pause, so many times. */
const BUSY_PAUSE_MS = 500;
const BUSY_TRIES = 10;

export class RemoteClient implements UpstartClient {
  readonly #cluster: Cluster;
  readonly #asker: Asker;
  readonly #host: string;
  readonly #questionMs: number;
  readonly #waiting: (() => void)[] = [];
  #calls = 0;

  /** `questionMs`: how long the answer to a question may take. A change takes as long as its job does. */
  constructor(cluster: Cluster, asker: Asker, host: string, questionMs: number) {
    this.#cluster = cluster;
    this.#asker = asker;
    this.#host = host;
    this.#questionMs = questionMs;
  }

  /** Rejects with the `UpstartError` of init, or with a `FleetError`: then the host has not answered, or not allowed it. */
  async call<M extends Method>(method: M, params: Params<M>, { timeoutMs }: CallOptions = {}): Promise<Result<M>> {
    const access = FLEET_METHODS[method];
    if (access === undefined) throw new Error(`${method} cannot be asked for on another host`);
    const question = { host: this.#host, access, method, params };
    const limitMs = access === 'read' ? this.#questionMs : undefined;
    const answer = this.#inTurn(() => this.#ask({ ...question, timeoutMs: limitMs })) as Promise<Result<M>>;
    return await (timeoutMs === undefined ? answer : withTimeLimit(answer, method, timeoutMs));
  }

  async watch(listener: (notification: Notification) => void, ended?: (reason: Error | null) => void): Promise<void> {
    const question = { host: this.#host, access: 'read', method: 'watch', params: {} } as const;
    await new Promise<void>((resolve, reject) => {
      const stream = this.#asker.follow(question, {
        begun: resolve,
        item: (notification) => listener(notification as Notification),
        // What was missed can be asked for: as after a restart of the daemon.
        dropped: () => listener({ event: 'restarted' }),
      });
      stream.ended.then(
        () => ended?.(null),
        (error: Error) => {
          reject(error);
          ended?.(error);
        },
      );
    });
  }

  /** The asker is shared: it ends with the command. */
  close(): void {}

  async #ask(question: FleetQuestion): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#asker.ask(question);
      } catch (error) {
        if (!(error instanceof this.#cluster.FleetError)) throw error;
        const { fault } = error;
        if (fault?.fault === 'init' && isCode(fault.code)) throw new UpstartError(fault.code, fault.text);
        if (fault?.fault !== 'busy' || tries >= BUSY_TRIES) throw error;
        await pause(BUSY_PAUSE_MS);
      }
    }
  }

  async #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#calls >= MAX_CALLS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#calls += 1;
    try {
      return await ask();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#calls -= 1;
    }
  }
}

const isCode = (code: string | undefined): code is ErrorCode => code !== undefined && Object.hasOwn(ERRORS, code);
