/**
 * Descriptors that the supervisor keeps for jobs. Clients send some over sockets of the daemon: Node drops them when it reads, so the
 * supervisor looks at what can be read first, and keeps the descriptor that comes with it. Listening sockets it opens itself.
 */
import type { Socket } from 'node:net';
import { monotonicNow } from '../time/clock.ts';
import { encodeAwait, encodeKeepFiles, encodeListen, encodeLook } from './frame-encoder.ts';
import { LIMITS } from './frame-table.ts';
import { descriptorOf } from './peers.ts';
import type { Report } from './process-messages.ts';

/** A descriptor, which the supervisor keeps until it is released, and as long as the engine has it. */
export interface ClientFile {
  readonly id: number;
  release(): void;
}

/** What a look has found. */
export interface Look {
  /** So many bytes can be read; 0: the connection is over. */
  readonly bytes: number;
  /** The descriptor that came; null: none did; 'refused': it was closed, because too many are kept. */
  readonly file: ClientFile | 'refused' | null;
}

interface Looking {
  /** null: the look is not at a connection of the daemon. */
  readonly socket: Socket | null;
  readonly looked: (look: Look, answer: Looked) => void;
}

type Looked = Extract<Report, { type: 'looked' }>;

/** The steps of opening a listening socket, as the supervisor counts them. */
export const LISTEN_STEPS = ['socket', 'reuse', 'ipv6-only', 'bind', 'listen'] as const;

/** A listening socket, or why there is none. */
export type Listening = ClientFile | { readonly step: (typeof LISTEN_STEPS)[number]; readonly errno: number };

/** The error of a look that could not be started: all places are in use. */
const EAGAIN = 11;

export class ClientFiles {
  readonly #send: (frame: Buffer) => void;
  /** By token. */
  readonly #looks = new Map<number, Looking>();
  /** The places that tokens in use have in the supervisor's table. */
  readonly #places = new Set<number>();
  readonly #unreleased = new Set<number>();
  /** null: it has not named any yet. */
  #engines: Iterable<number> | null = null;
  /** The report with the latest descriptor. Frames that were kept before this daemon's first one concern earlier descriptors only. */
  #last: number = LIMITS.FRAME_ID_MAX;
  /** Never one that a daemon before this one has used: answers to its questions may still come. */
  #token = Math.floor(monotonicNow() * 1000);

  constructor(send: (frame: Buffer) => void) {
    this.#send = send;
  }

  /**
   * Looks once at a socket that is not being read, as soon as it is readable. Returns a function that stops it; null: the socket is
   * closed, or too many are looked at.
   */
  look(socket: Socket, looked: (look: Look) => void): (() => void) | null {
    const fd = descriptorOf(socket);
    const token = fd === null ? null : this.#begin({ socket, looked });
    if (fd === null || token === null) return null;
    this.#send(encodeLook(token, process.pid, fd));
    return this.#stopper(token);
  }

  /**
   * Opens a listening socket: `address` is a sockaddr, `type` SOCK_STREAM (1) or SOCK_DGRAM (2). The caller releases it, once the engine
   * has it.
   */
  listen(address: Buffer, type: number): Promise<Listening> {
    return new Promise((resolve) => {
      const token = this.#begin({
        socket: null,
        looked: ({ file }, { count, errno }) =>
          resolve(file && file !== 'refused' ? file : { step: LISTEN_STEPS[count] ?? 'socket', errno }),
      });
      if (token === null) resolve({ step: 'socket', errno: EAGAIN });
      else this.#send(encodeListen(token, address, type));
    });
  }

  /**
   * Waits for a connection that a kept socket has not accepted; `isNewOnly`: not one that waits already. Calls once, with false where the
   * socket is not kept any more. Returns a function that stops it; null: too many are waited for.
   */
  awaitConnection(file: number, isNewOnly: boolean, come: (isThere: boolean) => void): (() => void) | null {
    const token = this.#begin({ socket: null, looked: (_look, { errno }) => come(errno === 0) });
    if (token === null) return null;
    this.#send(encodeAwait(token, file, isNewOnly));
    return this.#stopper(token);
  }

  /** The token of a new look; null: all places are in use. */
  #begin(looking: Looking): number | null {
    if (this.#looks.size >= LIMITS.LOOKS_MAX) return null;
    do this.#token++;
    while (this.#places.has(this.#token % LIMITS.LOOKS_MAX));
    this.#looks.set(this.#token, looking);
    this.#places.add(this.#token % LIMITS.LOOKS_MAX);
    return this.#token;
  }

  #stopper(token: number): () => void {
    return () => {
      if (this.#end(token)) this.#send(encodeLook(token, process.pid, null));
    };
  }

  looked(answer: Looked): void {
    const { seq, token, count, errno, file: id } = answer;
    const look = this.#end(token);
    if (id !== undefined) {
      this.#unreleased.add(id);
      this.#last = Math.max(this.#last, seq);
    }
    const file = id === undefined ? null : { id, release: () => this.#release(id) };
    if (!look || (look.socket && descriptorOf(look.socket) === null)) file?.release();
    else look.looked({ bytes: count, file: count > 0 && errno !== 0 ? 'refused' : file }, answer);
  }

  /** The engine has these, whatever they are from now on; called when there are fewer. */
  keep(files: Iterable<number>): void {
    this.#engines = files;
    this.#tell();
  }

  #release(id: number): void {
    if (this.#unreleased.delete(id)) this.#tell();
  }

  #tell(): void {
    if (!this.#engines) return;
    const kept = new Set([...this.#engines, ...this.#unreleased]);
    this.#send(encodeKeepFiles(this.#last, kept));
    // Of those of the daemons before this one the supervisor has only these now.
    if (this.#last === LIMITS.FRAME_ID_MAX) this.#last = Math.max(0, ...kept);
  }

  #end(token: number): Looking | undefined {
    const look = this.#looks.get(token);
    this.#looks.delete(token);
    if (look) this.#places.delete(token % LIMITS.LOOKS_MAX);
    return look;
  }
}
