/** Which processes are at the other end of the daemon's sockets: Node cannot ask the kernel, so the supervisor does. */
import type { Socket } from 'node:net';
import { monotonicNow } from '../time/clock.ts';
import { encodeFindPeer } from './frame-encoder.ts';
import type { Report } from './process-messages.ts';

/** The credentials of a process at the moment at which it connected (SO_PEERCRED). */
export interface Credentials {
  /** 0: it is in no process namespace that init sees. */
  pid: number;
  uid: number;
  gid: number;
}

export type PeerKnown = (peer: Credentials | null) => void;

interface Question {
  socket: Socket;
  known: PeerKnown;
}

export class Peers {
  readonly #questions = new Map<number, Question>();
  /** Never one that a daemon before this one has used: answers to its questions may still come. */
  #token = Math.floor(monotonicNow() * 1000);

  /** The frame that asks; null: the connection is over. */
  ask(socket: Socket, known: PeerKnown): Buffer | null {
    const fd = descriptorOf(socket);
    if (fd === null) return null;
    this.#token++;
    this.#questions.set(this.#token, { socket, known });
    return encodeFindPeer(this.#token, process.pid, fd);
  }

  answered({ token, errno, pid, uid, gid }: Extract<Report, { type: 'peer' }>): void {
    const question = this.#questions.get(token);
    if (!question) return;
    this.#questions.delete(token);
    // Once it is closed, the number of the descriptor may have been that of another connection.
    const isKnown = errno === 0 && descriptorOf(question.socket) !== null;
    question.known(isKnown ? { pid, uid, gid } : null);
  }
}

/** The descriptor of an open socket; null: it is closed. Node has no public name for it. */
export function descriptorOf(socket: Socket): number | null {
  const { _handle } = socket as Socket & { _handle?: { fd: number } | null };
  return socket.destroyed || !_handle || _handle.fd < 0 ? null : _handle.fd;
}
