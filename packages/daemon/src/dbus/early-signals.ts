/**
 * Notifications for a client that has connected and is not ready for them: it does not know that, and misses none. It is looked up,
 * the gateway is loaded, and it authenticates meanwhile.
 */
import type { Notification, UpstartClient } from '@upstart/protocol';

/** So many at most are kept for one client. */
export const MAX_EARLY = 4096;

export class EarlySignals {
  readonly #kept: Notification[] = [];
  #listener: ((notification: Notification) => void) | null = null;

  /** Watches through `client` from now on. `overflow` is called when more come than are kept. */
  constructor(client: UpstartClient, overflow: () => void) {
    void client.watch((notification) => {
      if (this.#listener) this.#listener(notification);
      else if (this.#kept.length < MAX_EARLY) this.#kept.push(notification);
      else overflow();
    });
  }

  /** Hands over what was kept; what comes from now on goes to `listener`. */
  handOver(listener: (notification: Notification) => void): void {
    this.#listener = listener;
    for (const notification of this.#kept.splice(0)) listener(notification);
  }
}
