/** The listening socket, which the helper program peer-door has: Node knows neither who connects, nor abstract names of exact length. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { errnoText } from '@upstart/common';
import { textOf } from '../../errors.ts';
import type { Peer } from './variable.ts';

export interface DoorEvents {
  connected(socket: Socket, peer: Peer): void;
  /** The helper has ended by itself. */
  ended(why: string): void;
}

export class Door {
  readonly #child: ChildProcess;
  #isClosed = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Listens at a path, or behind `@` at an abstract name. `program`: peer-door. Rejects with the reason. */
  static async open(program: string, place: string, events: DoorEvents): Promise<Door> {
    const child = spawn(program, [place], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'], env: {} });
    const ended = once(child, 'exit').then(([status, signal]) => ({ status, signal }) as End);
    child.on('error', () => {});
    child.on('message', (peer, socket) => {
      // Without a socket: the client has gone meanwhile.
      if (socket) events.connected(socket as Socket, peer as Peer);
    });
    let isOpen: boolean;
    try {
      isOpen = await Promise.race([once(child.stdout as Readable, 'data').then(() => true), ended.then(() => false)]);
    } catch (error) {
      throw new Error(`Unable to run ${program}: ${textOf(error)}`);
    }
    if (!isOpen) throw new Error(reasonOf(place, await ended));
    const door = new Door(child);
    void ended.then(({ status, signal }) => {
      if (!door.#isClosed) events.ended(signal ?? `status ${status}`);
    });
    return door;
  }

  close(): void {
    this.#isClosed = true;
    this.#child.removeAllListeners('message');
    this.#child.kill('SIGKILL');
  }
}

interface End {
  readonly status: number | null;
  readonly signal: string | null;
}

/** The status of the helper is the errno of what failed. */
function reasonOf(place: string, { status, signal }: End): string {
  return `Failed to bind socket unix:${place} ${status === null ? `peer-door was ended by ${signal}` : errnoText(status)}`;
}
