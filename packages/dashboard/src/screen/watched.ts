/** What init runs, kept up to date: looked up when something has changed, and every two seconds for what processes use. */
import { setTimeout as pause } from 'node:timers/promises';
import { jobRows, type Look, shares } from '@upstart/ctl/parts';
import type { UpstartClient } from '@upstart/protocol';
import { Feed } from '../live/feed.ts';
import type { Shown } from './view.ts';

/** How long one look is valid, in milliseconds; and changes of so many are looked up together. */
const LOOK_MS = 2000;
const GATHER_MS = 100;
/** Looks take at most this part of the time: with many jobs they are rarer. */
const MOST_OF_TIME = 0.1;
/** A look that takes so long has met an init that does not answer. */
const SLOW_MS = 1500;
/** The share of a processor is of at least so many milliseconds. */
const SHARE_MS = 1000;

export class Watched {
  rows: readonly Shown[] = [];
  /** '' if init answers. */
  trouble = 'connecting';
  readonly #client: UpstartClient;
  readonly #feed: Feed;
  readonly #changed: () => void;
  #before: Look | null = null;
  #wakes: () => void = () => {};
  #isStale = false;
  #isOver = false;

  /** `connect` is called for a connection that only watches. */
  constructor(client: UpstartClient, connect: () => Promise<UpstartClient>, changed: () => void) {
    this.#client = client;
    this.#feed = new Feed(connect, { readsHistory: false });
    this.#changed = changed;
  }

  /** Rejects if init does not answer. */
  async begin(): Promise<void> {
    await this.#feed.subscribe((item) => {
      if (item.type === 'link' && !item.isUp) this.#say('init does not answer');
      this.lookSoon();
    });
    await this.#look();
    void this.#repeat();
  }

  lookSoon(): void {
    this.#isStale = true;
    this.#wakes();
  }

  close(): void {
    this.#isOver = true;
    this.#wakes();
    this.#feed.close();
  }

  async #repeat(): Promise<void> {
    for (let tookMs = 0; !this.#isOver; ) {
      await pause(Math.max(GATHER_MS, tookMs / MOST_OF_TIME));
      if (!this.#isStale) await this.#untilStale();
      if (this.#isOver) return;
      const begunMs = performance.now();
      await this.#look();
      tookMs = performance.now() - begunMs;
    }
  }

  #untilStale(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      this.#wakes = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #look(): Promise<void> {
    this.#isStale = false;
    const slow = setTimeout(() => this.#say('waiting for init'), SLOW_MS);
    try {
      const now: Look = { atMs: performance.now(), rows: await jobRows(this.#client) };
      const before = this.#before;
      const parts = before === null ? [] : shares(before, now);
      this.rows = now.rows.map((row, at) => ({ row, share: parts[at] ?? null }));
      if (before === null || now.atMs - before.atMs >= SHARE_MS) this.#before = now;
      this.trouble = '';
    } catch (error) {
      this.trouble = (error as Error).message;
    } finally {
      clearTimeout(slow);
    }
    if (!this.#isOver) this.#changed();
  }

  #say(trouble: string): void {
    this.trouble = trouble;
    this.#changed();
  }
}
