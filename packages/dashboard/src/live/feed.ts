/**
 * What happens, for all streams together: one connection that watches init while there is a stream, and none otherwise. Changes come as
 * notifications at once, and as entries of the history, which have ids to resume from.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type HistoryEntry,
  MAX_HISTORY_ENTRIES,
  type Notification,
  type UpstartClient,
  UpstartError,
} from '@upstart/protocol';
import { MAX_RETRY_MS, RETRY_MS } from '../limits.ts';

export type FeedItem =
  | { readonly type: 'entry'; readonly entry: HistoryEntry }
  | { readonly type: 'notification'; readonly notification: Notification }
  /** The connection to init was lost, or is back. */
  | { readonly type: 'link'; readonly isUp: boolean };

type Listener = (item: FeedItem) => void;

export class Feed {
  readonly #connect: () => Promise<UpstartClient>;
  readonly #readsHistory: boolean;
  readonly #listeners = new Set<Listener>();
  #client: UpstartClient | null = null;
  /** The id of the last entry that was read; null: this user may not read the history, or nobody wants it. */
  #upTo: number | null = 0;
  #begun: Promise<void> | null = null;
  #isReading = false;
  #readsAgain = false;

  /** `readsHistory`: whether there are entries, too. */
  constructor(connect: () => Promise<UpstartClient>, { readsHistory = true }: { readsHistory?: boolean } = {}) {
    this.#connect = connect;
    this.#readsHistory = readsHistory;
  }

  /** Calls `listener` for everything that happens from when this has resolved; returns how to end that. Rejects if init does not answer. */
  async subscribe(listener: Listener): Promise<() => void> {
    this.#listeners.add(listener);
    this.#begun ??= this.#begin(null);
    try {
      await this.#begun;
    } catch (error) {
      this.#leave(listener);
      throw error;
    }
    return () => this.#leave(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#end();
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#end();
  }

  #end(): void {
    const client = this.#client;
    this.#client = null;
    this.#begun = null;
    client?.close();
  }

  /** `known`: the last id that was read by the connection before; null: there was none. */
  async #begin(known: number | null): Promise<void> {
    const client = await this.#connect();
    if (this.#listeners.size === 0) {
      client.close();
      return;
    }
    this.#client = client;
    const latest = this.#readsHistory ? await lastId(client) : null;
    this.#upTo = latest === null || known === null ? latest : Math.min(known, latest);
    await client.watch(
      (notification) => {
        this.#tell({ type: 'notification', notification });
        this.#readSoon(client);
      },
      (reason) => {
        if (reason !== null && this.#client === client) void this.#resume();
      },
    );
    // Entries between the look at the last id and the beginning of the watch.
    this.#readSoon(client);
  }

  /** The connection was lost for longer than the client tries: connects again, with growing pauses, while there are listeners. */
  async #resume(): Promise<void> {
    this.#client = null;
    this.#tell({ type: 'link', isUp: false });
    const upTo = this.#upTo;
    for (let pauseMs = RETRY_MS; this.#listeners.size > 0; pauseMs = Math.min(pauseMs * 2, MAX_RETRY_MS)) {
      try {
        this.#begun = this.#begin(upTo);
        await this.#begun;
        break;
      } catch {
        await pause(pauseMs);
      }
    }
    this.#tell({ type: 'link', isUp: true });
  }

  #readSoon(client: UpstartClient): void {
    this.#readsAgain = true;
    if (!this.#isReading && this.#upTo !== null) void this.#read(client);
  }

  async #read(client: UpstartClient): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#readsAgain && this.#client === client) {
        this.#readsAgain = false;
        const after = this.#upTo ?? 0;
        const page = await client.call('history', { job: null, sinceMs: 0, after, limit: MAX_HISTORY_ENTRIES });
        if (this.#client !== client) return;
        this.#upTo = page.upTo;
        this.#readsAgain ||= page.more;
        for (const entry of page.entries) this.#tell({ type: 'entry', entry });
      }
    } catch {
      // The connection is lost: the next one reads from the same id.
    } finally {
      this.#isReading = false;
    }
  }

  #tell(item: FeedItem): void {
    for (const listener of [...this.#listeners]) listener(item);
  }
}

/** The id of the newest entry of the history; null for those who may not read it. */
export async function lastId(client: Pick<UpstartClient, 'call'>): Promise<number | null> {
  try {
    return (await client.call('history', { job: null, sinceMs: 0, after: null, limit: 1 })).upTo;
  } catch (error) {
    if (error instanceof UpstartError && error.code === 'permission-denied') return null;
    throw error;
  }
}
