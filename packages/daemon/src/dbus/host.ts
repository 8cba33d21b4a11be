/** The daemon as the gateway for D-Bus sees it. */
import type { Socket } from 'node:net';
import type { LogPriority } from '@upstart/protocol';
import { ClientProcess } from '../control/client-process.ts';
import type { ControlContext } from '../control/context.ts';
import { InProcessClient } from '../control/in-process-client.ts';
import { Turns } from '../control/turns.ts';
import type { ClientFiles } from '../supervisor/client-files.ts';
import { type ChunkListener, FileStream } from './file-stream.ts';
import type { JobSignals } from './job-signals.ts';

/** The parts of the daemon that the gateway needs; the shape that it requires. */
export class DBusHost {
  readonly #context: ControlContext;
  readonly #jobSignals: JobSignals;
  readonly #turns = new Turns();

  constructor(context: ControlContext, jobSignals: JobSignals) {
    this.#context = context;
    this.#jobSignals = jobSignals;
  }

  /** `socket`: the one of a client whose process the kernel can name, for the history. */
  client(privileged: boolean, socket: Socket | null = null): InProcessClient {
    return new InProcessClient(this.#context, {
      privileged,
      process: socket ? new ClientProcess(this.#context, socket) : undefined,
      // A D-Bus client cannot repeat a request: its answers are not kept.
      needs: () => {},
      turn: () => this.#turns.next(privileged),
      watchers: this.#jobSignals,
    });
  }

  /** Whether descriptors of clients can be received. */
  get takesFiles(): boolean {
    return this.#context.supervisor.files !== null;
  }

  /** Whether the supervisor may look at this connection of ours. */
  canReadFiles(socket: Socket): Promise<boolean> {
    const { supervisor } = this.#context;
    if (!this.takesFiles) return Promise.resolve(false);
    return new Promise((resolve) => supervisor.findPeer(socket, (peer) => resolve(peer !== null)));
  }

  /** Reads the socket from now on, and the descriptors that come with it. Only with `takesFiles`. */
  readFiles(socket: Socket, listener: ChunkListener): FileStream {
    return new FileStream(socket, this.#context.supervisor.files as ClientFiles, listener);
  }

  log(priority: LogPriority, text: string): void {
    this.#context.log.write(priority, text);
  }
}
