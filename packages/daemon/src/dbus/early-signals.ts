/**
 * Notifications for a client that has connected but is not ready for them yet, so that it misses none: init looks it up, loads the gateway,
 * and authenticates it first.
 */
import type { Notification, UpstartClient } from '@upstart/protocol';

/** The most notifications that are kept for one client, and the most bytes of events in them. */
export const MAX_EARLY = 4096;
export const MAX_EARLY_BYTES = 32 * 1024 * 1024;

export class EarlySignals {
  readonly #kept: Notification[] = [];
  #bytes = 0;
  #listener: ((notification: Notification) => void) | null = null;

  /** Watches through `client` from now on. Calls `overflow` when there are more notifications than that. */
  constructor(client: UpstartClient, overflow: () => void) {
    void client.watch((notification) => {
      if (this.#listener) this.#listener(notification);
      else if (!this.#keep(notification)) overflow();
    });
  }

  /** Returns whether there is room for it. */
  #keep(notification: Notification): boolean {
    this.#bytes += bytesOf(notification);
    const hasRoom = this.#kept.length < MAX_EARLY && this.#bytes <= MAX_EARLY_BYTES;
    if (hasRoom) this.#kept.push(notification);
    return hasRoom;
  }

  /** Delivers the kept notifications to `listener`, and all later ones. */
  handOver(listener: (notification: Notification) => void): void {
    this.#listener = listener;
    for (const notification of this.#kept.splice(0)) listener(notification);
  }
}

/** Events are the only ones that may be long. */
function bytesOf(notification: Notification): number {
  if (notification.event !== 'event-emitted') return 0;
  return notification.env.reduce((bytes, variable) => bytes + variable.length, notification.name.length);
}
