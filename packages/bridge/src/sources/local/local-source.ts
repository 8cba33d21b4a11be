/** Takes lines from the clients of a socket, and emits an event for each (reference: bridges §8). */
import type { Socket } from 'node:net';
import type { RunningSource, SourceContext } from '../../source.ts';
import { removeFile, removeStale } from '../socket/socket-file.ts';
import { Door } from './door.ts';
import { LineReader } from './line-reader.ts';
import { Pace } from './pace.ts';
import { maySet, type Peer, variableIn, variablesOf } from './variable.ts';

/** The most clients at a time, and the most of one user other than that of this program: strangers cannot take all places. */
export const MAX_CLIENTS = 64;
export const MAX_OF_USER = 16;
/** The most lines of all other users together that are taken in a second; further ones wait. */
export const LINES_A_SECOND = 200;
/** A line without an end is one when its client has been silent for so long: some programs write none. */
export const SILENCE_MS = 1000;
/** So many warnings are given once each; strangers cannot fill the log with others. */
const MAX_WARNINGS = 100;

export interface LocalOptions {
  readonly event: string;
  /** A path, or an abstract name behind `@`. */
  readonly path: string;
  /** Whether other users than that of this program may connect. */
  readonly anyUser: boolean;
  /** The helper peer-door. */
  readonly program: string;
}

type LocalContext = Pick<SourceContext, 'emit' | 'log' | 'clock' | 'fail'>;

export class LocalSource implements RunningSource {
  readonly #context: LocalContext;
  readonly #options: LocalOptions;
  readonly #uid: number;
  /** With the user of each. */
  readonly #clients = new Map<Socket, number>();
  readonly #pace: Pace;
  readonly #warned = new Set<string>();
  #door: Door | null = null;
  #isOver = false;

  constructor(context: LocalContext, options: LocalOptions, uid = process.geteuid?.() ?? 0) {
    this.#context = context;
    this.#options = options;
    this.#uid = uid;
    this.#pace = new Pace(context.clock, LINES_A_SECOND);
  }

  /** Rejects with the reason why the socket cannot be opened. */
  async begin(): Promise<this> {
    const { path, program } = this.#options;
    if (!path.startsWith('@')) removeStale(path);
    this.#door = await Door.open(program, path, {
      connected: (socket, peer) => this.connected(socket, peer),
      ended: (why) => this.#context.fail(new Error(`The socket unix:${path} is lost: peer-door ended (${why})`)),
    });
    return this;
  }

  stop(): void {
    this.#isOver = true;
    this.#door?.close();
    for (const socket of this.#clients.keys()) socket.destroy();
    const { path } = this.#options;
    if (this.#door && !path.startsWith('@')) removeFile(path);
  }

  /** Serves a client of whom the kernel has told. */
  connected(socket: Socket, peer: Peer): void {
    socket.on('error', () => {});
    const { uid, gid, pid } = peer;
    if (uid !== this.#uid && !this.#options.anyUser) {
      this.#warn(`user ${uid}`, `Ignoring request from uid ${uid} (gid ${gid}, pid ${pid})`);
      socket.destroy();
    } else if (this.#clients.size >= MAX_CLIENTS) {
      this.#warn('clients', `More than ${MAX_CLIENTS} clients at a time: further ones are disconnected`);
      socket.destroy();
    } else if (uid !== this.#uid && [...this.#clients.values()].filter((one) => one === uid).length >= MAX_OF_USER) {
      this.#warn(`clients ${uid}`, `More than ${MAX_OF_USER} clients of uid ${uid}: further ones are disconnected`);
      socket.destroy();
    } else {
      void this.#serve(socket, peer);
    }
  }

  async #serve(socket: Socket, peer: Peer): Promise<void> {
    this.#clients.set(socket, peer.uid);
    const reader = new LineReader();
    let cancel = (): void => {};
    const takeRest = (): Promise<void> => {
      const rest = reader.takeRest();
      return rest === null ? Promise.resolve() : this.#take(rest, peer);
    };
    try {
      // As fast as init takes the events.
      for await (const chunk of socket) {
        cancel();
        for (const line of reader.push(chunk as Buffer)) await this.#take(line, peer);
        if (reader.hasRest) cancel = this.#context.clock.after(SILENCE_MS, () => void takeRest());
      }
      await takeRest();
    } catch {
      // The client has gone without an end; what it had begun to write is no line.
    } finally {
      cancel();
      this.#clients.delete(socket);
    }
  }

  async #take(line: Buffer | null, peer: Peer): Promise<void> {
    if (peer.uid !== this.#uid) await this.#pace.next();
    if (this.#isOver) return;
    const { event, path } = this.#options;
    if (line === null) {
      this.#warn(`length ${peer.uid}`, `Ignoring a line of uid ${peer.uid} that is too long`);
      return;
    }
    const variable = variableIn(line);
    if (variable === null) return;
    if (maySet(variable, peer.uid !== this.#uid)) {
      await this.#context.emit(event, [...variablesOf(peer, path), variable]);
      return;
    }
    const name = variable.slice(0, variable.indexOf('='));
    this.#warn(`name ${peer.uid} ${name}`, `Ignoring ${name} from uid ${peer.uid}: clients may not set it`);
  }

  /** The same trouble again is not worth another warning. */
  #warn(trouble: string, text: string): void {
    const { log } = this.#context;
    if (this.#warned.has(trouble) || this.#warned.size >= MAX_WARNINGS) {
      log.info(text);
      return;
    }
    this.#warned.add(trouble);
    log.warn(text);
  }
}
