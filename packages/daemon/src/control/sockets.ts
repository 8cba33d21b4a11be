/**
 * Listening sockets that the supervisor holds for jobs: opened, kept in the state under their names, and waited at. Whoever connects waits
 * in the kernel, so that no connection is lost whichever process ends.
 */
import { errnoText, readSocketName } from '@upstart/common';
import { type ListenFailure, type Result, upstartError } from '@upstart/protocol';
import type { Runner } from '../runner/runner.ts';
import type { ClientFile, ClientFiles } from '../supervisor/client-files.ts';

/** The most listening sockets: clients that send descriptors get the other places of the supervisor. */
export const MAX_SOCKETS = 128;

/** The errors of a supervisor that opens none, and of too many. */
const ENOSYS = 38;
const ENFILE = 23;

const SOCKET_TYPES = { stream: 1, dgram: 2 } as const;

/** A call that waits for a connection. */
interface Waiter {
  isOver: boolean;
  /** Ends it with this answer. */
  end(isThere: boolean): void;
}

export class Sockets {
  readonly #runner: Runner;
  readonly #files: Pick<ClientFiles, 'listen' | 'awaitConnection'> | null;
  /** By the name of the socket: one call waits at each. */
  readonly #waiters = new Map<string, Waiter>();
  #wanted: ReadonlySet<string> = new Set();
  /** One change comes after the other. */
  #change: Promise<unknown> = Promise.resolve();

  /** `files`: null if the supervisor opens no sockets. */
  constructor(runner: Runner, files: Pick<ClientFiles, 'listen' | 'awaitConnection'> | null) {
    this.#runner = runner;
    this.#files = files;
  }

  /** The descriptor of a socket. Throws `unknown-socket`. */
  fileOf(name: string): number {
    const file = this.#sockets.get(name);
    if (file === undefined) throw upstartError('unknown-socket', name);
    return file;
  }

  /** From now on there are these sockets and no others. Those that are open stay as they are, with everyone who waits there. */
  listen(names: readonly string[]): Promise<Result<'listen'>> {
    for (const name of names) if (!readSocketName(name)) throw upstartError('bad-request', `${name} names no socket`);
    const change = this.#change.then(() => this.#listen(new Set(names)));
    this.#change = change.catch(() => {});
    return change;
  }

  async #listen(names: ReadonlySet<string>): Promise<Result<'listen'>> {
    const failed: Record<string, ListenFailure> = {};
    // What is not wanted is closed first: its address may be in the way. One that a job has still is closed with that job.
    await this.#keep(new Map([...this.#sockets].filter(([name, file]) => names.has(name) || this.#isInUse(file))));
    const kept = [...this.#sockets].filter(([name]) => !names.has(name));
    for (const [name, file] of kept) void this.#closeLater(name, file);
    this.#wanted = names;
    const sockets = new Map(this.#sockets);
    const opened: ClientFile[] = [];
    for (const name of names) {
      if (sockets.has(name)) continue;
      const socket = await this.#open(name, sockets.size);
      if ('step' in socket) {
        failed[name] = { step: socket.step, error: errnoText(socket.errno) };
      } else {
        sockets.set(name, socket.id);
        opened.push(socket);
      }
    }
    await this.#keep(sockets);
    for (const file of opened) file.release();
    return { failed, kept: kept.map(([name]) => name) };
  }

  async #open(name: string, count: number): ReturnType<ClientFiles['listen']> {
    const named = readSocketName(name);
    if (!this.#files || !named) return { step: 'socket', errno: ENOSYS };
    if (count >= MAX_SOCKETS) return { step: 'socket', errno: ENFILE };
    return await this.#files.listen(named.address, SOCKET_TYPES[named.type]);
  }

  /**
   * Resolves when a connection waits at the socket, and neither a job nor an event has it; `isNewOnly`: when a new one comes, whatever has the
   * socket. false: see `Methods`.
   */
  async awaitConnection(name: string, isNewOnly: boolean): Promise<boolean> {
    this.#waiters.get(name)?.end(false);
    const answer = new Promise<boolean>((resolve) => {
      const waiter: Waiter = {
        isOver: false,
        end: (isThere) => {
          waiter.isOver = true;
          if (this.#waiters.get(name) === waiter) this.#waiters.delete(name);
          resolve(isThere);
        },
      };
      this.#waiters.set(name, waiter);
      void this.#await(name, isNewOnly, waiter);
    });
    return await answer;
  }

  async #await(name: string, isNewOnly: boolean, waiter: Waiter): Promise<void> {
    const runner = this.#runner;
    const file = this.#sockets.get(name);
    if (file === undefined || !this.#files) return waiter.end(false);
    // One that is new is noticed from now on: before what the caller asks for next.
    if (!isNewOnly) await runner.settled(() => waiter.isOver || !this.#isInUse(file), Number.POSITIVE_INFINITY);
    if (waiter.isOver) return;
    const stop = this.#files.awaitConnection(file, isNewOnly, (isThere) => {
      waiter.end(isThere);
      // The supervisor does not have it: it has crashed.
      if (!isThere && this.#sockets.get(name) === file) void this.#forget(name);
    });
    if (!stop) return waiter.end(false);
    const { end } = waiter;
    waiter.end = (isThere) => {
      stop();
      end(isThere);
    };
  }

  /** Whether a job or an event has it. */
  #isInUse(file: number): boolean {
    return this.#runner.engine.context.files.usesOf(file) > 1;
  }

  async #closeLater(name: string, file: number): Promise<void> {
    await this.#runner.settled(() => !this.#isInUse(file), Number.POSITIVE_INFINITY);
    if (!this.#wanted.has(name) && this.#sockets.get(name) === file) await this.#forget(name);
  }

  #forget(name: string): Promise<void> {
    return this.#keep(new Map([...this.#sockets].filter(([known]) => known !== name)));
  }

  get #sockets(): ReadonlyMap<string, number> {
    return this.#runner.engine.state.sockets ?? new Map();
  }

  async #keep(sockets: ReadonlyMap<string, number>): Promise<void> {
    const before = this.#sockets;
    if (sockets.size === before.size && [...sockets].every(([name, file]) => before.get(name) === file)) return;
    await this.#runner.request({ method: 'keepSockets', sockets: Object.fromEntries(sockets) });
    for (const [name, waiter] of this.#waiters) if (!sockets.has(name)) waiter.end(false);
  }
}
