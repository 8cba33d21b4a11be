/** Which processes are at the other end of the daemon's sockets: Node cannot ask the kernel, so the supervisor does. */
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { unixAddress } from '@upstart/common';
import { monotonicNow } from '../time/clock.ts';
import type { SupervisorAbilities } from './abilities.ts';
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

type PeerReport = Extract<Report, { type: 'peer' }>;

export class Peers {
  readonly #abilities: Pick<SupervisorAbilities, 'findsPeers' | 'connectsSockets'>;
  readonly #write: (frames: Buffer) => void;
  readonly #questions = new Map<number, (report: PeerReport) => void>();
  /** Questions that the next commands take along. */
  readonly #frames: Buffer[] = [];
  /** Never one that a daemon before this one has used: answers to its questions may still come. */
  #token = Math.floor(monotonicNow() * 1000);

  constructor(abilities: Pick<SupervisorAbilities, 'findsPeers' | 'connectsSockets'>, write: (frames: Buffer) => void) {
    this.#abilities = abilities;
    this.#write = write;
  }

  /** As `Supervisor.findPeer`. */
  find(socket: Socket, known: PeerKnown): void {
    const fd = this.#abilities.findsPeers ? descriptorOf(socket) : null;
    if (fd === null) {
      known(null);
      return;
    }
    const token = this.#newToken(({ errno, pid, uid, gid }) => {
      // Once it is closed, the number of the descriptor may have been that of another connection.
      const isKnown = errno === 0 && descriptorOf(socket) !== null;
      known(isKnown ? { pid, uid, gid } : null);
    });
    this.#ask(encodeFindPeer(token, process.pid, fd));
  }

  /** As `Supervisor.connectSocket`. */
  connect(pid: number, fd: number, path: string): Promise<number> {
    if (!this.#abilities.connectsSockets) return Promise.resolve(constants.errno.ENOSYS);
    const address = unixAddress(path);
    if (address === null) return Promise.resolve(constants.errno.ENAMETOOLONG);
    return new Promise((done) => {
      const token = this.#newToken(({ errno }) => done(errno));
      this.#ask(encodeFindPeer(token, pid, fd, address));
    });
  }

  /** The questions that were not sent yet; the caller sends them. */
  takeFrames(): Buffer[] {
    return this.#frames.splice(0);
  }

  /** Asks by itself where no command follows in the turn in which the question came up: each write wakes the supervisor. */
  #ask(frame: Buffer): void {
    if (this.#frames.push(frame) > 1) return;
    setImmediate(() => {
      const frames = this.takeFrames();
      if (frames.length > 0) this.#write(Buffer.concat(frames));
    });
  }

  answered(report: PeerReport): void {
    const answered = this.#questions.get(report.token);
    this.#questions.delete(report.token);
    answered?.(report);
  }

  #newToken(answered: (report: PeerReport) => void): number {
    this.#questions.set(++this.#token, answered);
    return this.#token;
  }
}

/** The descriptor of an open socket; null: it is closed. Node has no public name for it. */
export function descriptorOf(socket: Socket): number | null {
  const { _handle } = socket as Socket & { _handle?: { fd: number } | null };
  return socket.destroyed || !_handle || _handle.fd < 0 ? null : _handle.fd;
}
