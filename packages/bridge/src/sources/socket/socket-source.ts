/**
 * The source `socket` (reference: bridges §3): init listens for the jobs, and the first connection emits the event that starts one, with
 * the listening socket.
 */

import { jobPath } from '@upstart/dbus/paths';
import type { ListenFailure, Result } from '@upstart/protocol';
import { textOf } from '../../errors.ts';
import type { OperandChanges, RunningSource, SourceContext } from '../../source.ts';
import { Ends } from './ends.ts';
import { Listener } from './listener.ts';
import { isSocketFile, makeFolderOf, removeFile, removeStale, setUpFile } from './socket-file.ts';
import { mistakeIn, type WantedSocket, wantedSockets } from './wanted.ts';

/** The first words of the warnings about sockets that could not be opened. */
const FAILURES: Readonly<Record<ListenFailure['step'], string>> = {
  socket: 'Failed to create socket',
  reuse: 'Failed to set socket reuse',
  'ipv6-only': 'Failed to set IPV6 only option',
  bind: 'Failed to bind socket',
  listen: 'Failed to listen on socket',
};

/** The pause before sockets that could not be opened are tried again. */
export const RETRY_MS = 10_000;

/** The patience with init at the end, in milliseconds. */
const END_MS = 2000;

export class SocketSource implements RunningSource {
  readonly #context: SourceContext;
  readonly #ends = new Ends();
  /** By the name of the socket. */
  readonly #listeners = new Map<string, Listener>();
  /** Why sockets could not be opened. */
  #closed: string[] = [];
  /** Warnings that have been given; the same again would only be noise. */
  readonly #told = new Set<string>();
  /** One change comes after the other. */
  #work: Promise<void> = Promise.resolve();
  #cancelRetry: () => void = () => {};
  #isOver = false;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  async begin(): Promise<this> {
    await this.#ends.begin(this.#context.client);
    return this;
  }

  follow({ added, removed }: OperandChanges): Promise<void> {
    for (const operand of added) this.#warn(mistakeIn(operand));
    for (const { job } of removed)
      for (const text of this.#told) if (text.includes(jobPath(job))) this.#told.delete(text);
    return this.#update();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#cancelRetry();
    const before = [...this.#listeners.values()].map(({ socket }) => socket);
    for (const listener of this.#listeners.values()) listener.stop();
    this.#listeners.clear();
    try {
      const { kept } = await this.#context.client.call('listen', { sockets: [] }, { timeoutMs: END_MS });
      removeFiles(before, kept);
    } catch {
      // Init has gone, and its sockets with it.
    }
  }

  /** Has init listen at the sockets that jobs ask for now. */
  #update(): Promise<void> {
    this.#work = this.#work.then(() => this.#open()).catch((error: unknown) => this.#failed(error));
    return this.#work;
  }

  async #open(): Promise<void> {
    if (this.#isOver) return;
    this.#cancelRetry();
    const operands = this.#context.operands();
    const wanted = wantedSockets(operands);
    const gone = [...this.#listeners].filter(([name]) => !wanted.has(name));
    for (const [name, listener] of gone) {
      listener.stop();
      this.#listeners.delete(name);
    }
    this.#closed = [];
    const { failed, kept } = await this.#listen(wanted);
    removeFiles(
      gone.map(([, { socket }]) => socket),
      kept,
    );
    for (const [name, socket] of wanted) {
      const failure = failed[name];
      if (failure) this.#notOpen(socket, failure);
      else await this.#isOpen(name, socket);
    }
    this.#report();
    if (Object.keys(failed).length > 0)
      this.#cancelRetry = this.#context.clock.after(RETRY_MS, () => void this.#update());
  }

  /** Removes stale files where they are in the way, makes folders that are missing, and opens sockets again whose files others have removed. */
  async #listen(wanted: ReadonlyMap<string, WantedSocket>): Promise<Result<'listen'>> {
    const names = [...wanted.keys()];
    const found = names.filter((name) => {
      const file = wanted.get(name)?.file;
      return !file || isSocketFile(file.path);
    });
    if (found.length < names.length) await this.#ask(found);
    const first = await this.#ask(names);
    const isInTheWay = ([name, { step }]: [string, ListenFailure]): boolean => {
      const file = step === 'bind' ? wanted.get(name)?.file : null;
      return file != null && (removeStale(file.path) || makeFolderOf(file.path));
    };
    return Object.entries(first.failed).filter(isInTheWay).length > 0 ? await this.#ask(names) : first;
  }

  #ask(sockets: string[]): Promise<Result<'listen'>> {
    return this.#context.client.call('listen', { sockets });
  }

  #notOpen({ name, place, jobs }: WantedSocket, { step, error }: ListenFailure): void {
    this.#closed.push(`${FAILURES[step]} at ${place}: ${error}`);
    this.#listeners.get(name)?.stop();
    this.#listeners.delete(name);
    for (const job of new Set(jobs)) this.#warn(`${FAILURES[step]} in ${jobPath(job)}: ${error}`);
  }

  async #isOpen(name: string, socket: WantedSocket): Promise<void> {
    const known = this.#listeners.get(name);
    if (known && JSON.stringify(known.socket) !== JSON.stringify(socket)) known.follow(socket);
    try {
      if (socket.file) await setUpFile(socket.file);
    } catch (error) {
      this.#warn(`Failed to set up socket in ${jobPath(socket.jobs[0] ?? '')}: ${textOf(error)}`);
    }
    if (known || this.#isOver) return;
    const parts = {
      ...{ context: this.#context, ends: this.#ends },
      lost: () => this.#update(),
      failed: (error: unknown) => this.#failed(error),
      changed: () => this.#report(),
    };
    const listener = new Listener(socket, parts);
    this.#listeners.set(name, listener);
    void listener.run();
  }

  #report(): void {
    const troubles = [...this.#closed, ...[...this.#listeners.values()].flatMap(({ trouble }) => trouble ?? [])];
    this.#context.troubled(troubles.length > 0 ? troubles.join('; ') : null);
  }

  #warn(text: string | null): void {
    if (text === null || this.#told.has(text)) return;
    this.#told.add(text);
    this.#context.log.warn(text);
  }

  #failed(error: unknown): void {
    if (!this.#isOver) this.#context.fail(error instanceof Error ? error : new Error(textOf(error)));
  }
}

/** Of sockets that init has closed. Jobs still have those that it keeps. */
function removeFiles(sockets: readonly WantedSocket[], kept: readonly string[]): void {
  for (const { name, file } of sockets) if (file && !kept.includes(name)) removeFile(file.path);
}
