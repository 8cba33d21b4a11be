/**
 * The process of a client, for the history. The supervisor finds it at the first request that changes something; the request does not wait
 * for that. A launcher says which process it is, and which its parent: it may end before the kernel is asked whether that is true. Of other
 * clients the answer waits, up to a timeout, so that the client still exists when the supervisor looks.
 */
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { inTime } from '@upstart/common';
import type { Peer } from '@upstart/protocol';
import type { PeerReference } from '../engine/model/history.ts';
import { programName } from '../proc/program-name.ts';
import type { Runner } from '../runner/runner.ts';
import type { Credentials } from '../supervisor/peers.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { monotonicNow } from '../time/clock.ts';
import type { Callers } from './callers.ts';

/** How long an answer waits, in milliseconds, and how long a request that is made on behalf of another. */
const PATIENCE_MS = 200;
const BEHALF_PATIENCE_MS = 5000;
/** The most characters of a program's name, as the kernel keeps it. */
const MAX_NAME = 15;
/** The beginning of a launcher's key: its pid and that of its parent. */
const LAUNCHER_KEY = /^(\d{1,10})-(\d{1,10})-\d+\.\d+$/;

/** The number of the last question. Never one of a daemon before this one: the journal may have answers to those. */
let lastQuestion = 0;

/** The parts of the daemon that find a process. */
export interface ProcessFinder {
  runner: Pick<Runner, 'peerKnown'>;
  supervisor: Pick<Supervisor, 'findPeer'>;
  callers: Callers;
}

/** The process that a launcher says it is. */
interface Claim {
  pid: number;
  name: string;
  parent: number;
  /** Null: the parent had ended. Undefined: not looked up yet. */
  parentName?: string | null;
}

export class ClientProcess {
  readonly #finder: ProcessFinder;
  readonly #socket: Socket;
  /** In milliseconds of monotonic time. A process that was started later is another one with the same pid. */
  readonly #connectedMs = monotonicNow();
  #claim: Claim | null = null;
  /** Undefined before the first request that changes something; null: not known. */
  #peer: PeerReference | null | undefined;
  #waiting: (() => void)[] = [];

  constructor(finder: ProcessFinder, socket: Socket) {
    this.#finder = finder;
    this.#socket = socket;
  }

  /** Notes what a command line says of its sender: the program's name, and the key of the request. */
  claim(program: string, key: string | undefined): void {
    const [, pid, parent] = LAUNCHER_KEY.exec(key ?? '') ?? [];
    if (pid !== undefined)
      this.#claim = { pid: Number(pid), name: basename(program).slice(0, MAX_NAME), parent: Number(parent) };
  }

  /** As a request that changes something names it. */
  reference(): PeerReference | undefined {
    if (this.#peer === undefined) this.#ask();
    return this.#peer ?? undefined;
  }

  /** Resolves when the process may end: it is known, cannot be known, or the timeout has passed. */
  known(): Promise<void> | undefined {
    if (typeof this.#peer !== 'number') return;
    if (this.#claim) {
      // A script may end with its last command.
      this.#claim.parentName ??= this.#finder.callers.nameOf(this.#claim.parent, this.#connectedMs);
      return;
    }
    return this.#answer(PATIENCE_MS);
  }

  /** Its pid, as the kernel says; null: not known. */
  async pid(): Promise<number | null> {
    const known = this.reference();
    if (typeof known === 'number') await this.#answer(BEHALF_PATIENCE_MS);
    return typeof this.#peer === 'object' && this.#peer !== null ? this.#peer.pid : null;
  }

  async #answer(patienceMs: number): Promise<void> {
    await inTime(new Promise<void>((resolve) => this.#waiting.push(resolve)), patienceMs);
  }

  #ask(): void {
    const socket = this.#socket;
    lastQuestion = Math.max(lastQuestion + 1, Math.floor(monotonicNow() * 1000));
    const question = lastQuestion;
    this.#peer = question;
    const ask = (): void =>
      this.#finder.supervisor.findPeer(socket, (credentials) => this.#answered(question, credentials));
    if (!this.#claim) {
      ask();
      return;
    }
    // The kernel knows who has connected for as long as the socket is open: a client that has gone keeps its half until then.
    socket.allowHalfOpen = true;
    this.#finder.callers.later(ask);
  }

  #answered(question: number, credentials: Credentials | null): void {
    const socket = this.#socket;
    this.#peer = credentials && this.#described(credentials);
    this.#finder.runner.peerKnown(question, this.#peer);
    for (const resolve of this.#waiting.splice(0)) resolve();
    socket.allowHalfOpen = false;
    if (socket.readableEnded) socket.end();
  }

  #described(credentials: Credentials): Peer {
    const claim = this.#claim?.pid === credentials.pid ? this.#claim : null;
    const found = claim ?? programName(credentials.pid, this.#connectedMs);
    const peer: Peer = { ...credentials, name: found?.name ?? null };
    if (!found) return peer;
    const name =
      claim?.parentName === undefined ? programName(found.parent, this.#connectedMs)?.name : claim.parentName;
    if (name) peer.parent = { pid: found.parent, name };
    return peer;
  }
}
