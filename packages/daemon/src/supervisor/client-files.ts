/**
 * Descriptors that clients send over sockets of the daemon. Node drops them when it reads, so the supervisor looks at what can be read
 * first, and keeps the descriptor that comes with it.
 */
import type { Socket } from 'node:net';
import { monotonicNow } from '../time/clock.ts';
import { encodeKeepFiles, encodeLook } from './frame-encoder.ts';
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
  readonly socket: Socket;
  readonly looked: (look: Look) => void;
}

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
    if (fd === null || this.#looks.size >= LIMITS.LOOKS_MAX) return null;
    do this.#token++;
    while (this.#places.has(this.#token % LIMITS.LOOKS_MAX));
    const token = this.#token;
    this.#looks.set(token, { socket, looked });
    this.#places.add(token % LIMITS.LOOKS_MAX);
    this.#send(encodeLook(token, process.pid, fd));
    return () => {
      if (this.#end(token)) this.#send(encodeLook(token, process.pid, null));
    };
  }

  looked({ seq, token, count, errno, file: id }: Extract<Report, { type: 'looked' }>): void {
    const look = this.#end(token);
    if (id !== undefined) {
      this.#unreleased.add(id);
      this.#last = Math.max(this.#last, seq);
    }
    const file = id === undefined ? null : { id, release: () => this.#release(id) };
    if (!look || descriptorOf(look.socket) === null) file?.release();
    else look.looked({ bytes: count, file: count > 0 && errno !== 0 ? 'refused' : file });
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
