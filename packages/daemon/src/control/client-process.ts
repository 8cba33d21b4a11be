/**
 * The process of a client, for the history. The supervisor finds it at the first request that changes something. The request does not wait
 * for that. Its answer does, up to a timeout, so that the client still exists when the supervisor looks.
 */
import type { Socket } from 'node:net';
import type { Peer } from '@upstart/protocol';
import type { PeerReference } from '../engine/model/history.ts';
import { programName } from '../proc/program-name.ts';
import type { Runner } from '../runner/runner.ts';
import type { Credentials } from '../supervisor/peers.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { monotonicNow } from '../time/clock.ts';

/** How long an answer waits, in milliseconds. */
const PATIENCE_MS = 200;

/** The number of the last question. Never one of a daemon before this one: the journal may have answers to those. */
let lastQuestion = 0;

export class ClientProcess {
  readonly #runner: Runner;
  readonly #supervisor: Pick<Supervisor, 'findPeer'>;
  readonly #socket: Socket;
  /** Undefined before the first request that changes something; null: not known. */
  #peer: PeerReference | null | undefined;
  #waiting: (() => void)[] = [];

  constructor(runner: Runner, supervisor: Pick<Supervisor, 'findPeer'>, socket: Socket) {
    this.#runner = runner;
    this.#supervisor = supervisor;
    this.#socket = socket;
  }

  /** As a request that changes something names it. */
  reference(): PeerReference | undefined {
    if (this.#peer === undefined) this.#ask();
    return this.#peer ?? undefined;
  }

  /** Resolves when the process is known, cannot be known, or the timeout has passed. */
  known(): Promise<void> | undefined {
    if (typeof this.#peer !== 'number') return;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #ask(): void {
    lastQuestion = Math.max(lastQuestion + 1, Math.floor(monotonicNow() * 1000));
    const question = lastQuestion;
    this.#peer = question;
    this.#supervisor.findPeer(this.#socket, (credentials) => this.#answered(question, credentials));
  }

  #answered(question: number, credentials: Credentials | null): void {
    this.#peer = credentials && described(credentials);
    this.#runner.peerKnown(question, this.#peer);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function described(credentials: Credentials): Peer {
  const program = programName(credentials.pid);
  const peer: Peer = { ...credentials, name: program?.name ?? null };
  const parent = program && programName(program.parent);
  if (parent) peer.parent = { pid: program.parent, name: parent.name };
  return peer;
}
