/**
 * Notifications for a client that has connected but is not ready for them yet, so that it misses none: init looks it up, loads the gateway,
 * and authenticates it first.
 */
import type { Notification, UpstartClient } from '@upstart/protocol';

/** The most notifications that are kept for one client. */
export const MAX_EARLY = 4096;

export class EarlySignals {
  readonly #kept: Notification[] = [];
  #listener: ((notification: Notification) => void) | null = null;

  /** Watches through `client` from now on. Calls `overflow` when there are more notifications than that. */
  constructor(client: UpstartClient, overflow: () => void) {
    void client.watch((notification) => {
      if (this.#listener) this.#listener(notification);
      else if (this.#kept.length < MAX_EARLY) this.#kept.push(notification);
      else overflow();
    });
  }

  /** Delivers the kept notifications to `listener`, and all later ones. */
  handOver(listener: (notification: Notification) => void): void {
    this.#listener = listener;
    for (const notification of this.#kept.splice(0)) listener(notification);
  }
}
