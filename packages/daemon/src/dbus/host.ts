/** The daemon as the gateway for D-Bus sees it. */
import type { LogPriority, UpstartClient } from '@upstart/protocol';
import type { ControlContext } from '../control/handlers.ts';
import { InProcessClient } from '../control/in-process-client.ts';
import { Turns } from '../control/turns.ts';

/** What the gateway needs of the daemon; the shape that it requires. */
export class DBusHost {
  readonly #context: ControlContext;
  readonly #turns = new Turns();

  constructor(context: ControlContext) {
    this.#context = context;
  }

  client(privileged: boolean): UpstartClient {
    return new InProcessClient(this.#context, {
      privileged,
      // A D-Bus client cannot ask again: its answers are not kept.
      needs: () => {},
      turn: () => this.#turns.next(privileged),
    });
  }

  log(priority: LogPriority, text: string): void {
    this.#context.log.write(priority, text);
  }
}
