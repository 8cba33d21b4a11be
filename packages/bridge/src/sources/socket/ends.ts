/** Waits for the end of an instance. */
import type { Notification, UpstartClient } from '@upstart/protocol';

interface Waiting {
  readonly jobs: readonly string[];
  readonly resolve: () => void;
}

export class Ends {
  readonly #waiting = new Set<Waiting>();

  async begin(client: Pick<UpstartClient, 'watch'>): Promise<void> {
    await client.watch((notification) => this.#take(notification));
  }

  /** Resolves when an instance of one of these jobs has ended, or may have. */
  next(jobs: readonly string[]): { promise: Promise<void>; cancel(): void } {
    let waiting: Waiting | undefined;
    const promise = new Promise<void>((resolve) => {
      waiting = { jobs, resolve };
      this.#waiting.add(waiting);
    });
    return { promise, cancel: () => void (waiting && this.#waiting.delete(waiting)) };
  }

  #take(notification: Notification): void {
    const { event } = notification;
    if (event !== 'instance-removed' && event !== 'restarted') return;
    // What the daemon before has done is not known.
    for (const { jobs, resolve } of this.#waiting)
      if (event === 'restarted' || jobs.includes(notification.job)) resolve();
  }
}
