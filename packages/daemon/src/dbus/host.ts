/** The daemon as the gateway for D-Bus sees it. */
import type { Socket } from 'node:net';
import type { LogPriority, UpstartClient } from '@upstart/protocol';
import { ClientProcess } from '../control/client-process.ts';
import type { ControlContext } from '../control/handlers.ts';
import { InProcessClient } from '../control/in-process-client.ts';
import { Turns } from '../control/turns.ts';

/** The parts of the daemon that the gateway needs; the shape that it requires. */
export class DBusHost {
  readonly #context: ControlContext;
  readonly #turns = new Turns();

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /** `socket`: the one of a client whose process the kernel can name, for the history. */
  client(privileged: boolean, socket: Socket | null = null): UpstartClient {
    const { runner, supervisor } = this.#context;
    return new InProcessClient(this.#context, {
      privileged,
      process: socket ? new ClientProcess(runner, supervisor, socket) : undefined,
      // A D-Bus client cannot repeat a request: its answers are not kept.
      needs: () => {},
      turn: () => this.#turns.next(privileged),
    });
  }

  log(priority: LogPriority, text: string): void {
    this.#context.log.write(priority, text);
  }
}
