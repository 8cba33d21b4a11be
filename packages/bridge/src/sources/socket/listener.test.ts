/** One listener against an init whose sockets, jobs and clock the test has. */
import { UpstartError } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { Ends } from './ends.ts';
import { EVENTS_MS, FIRST_PAUSE_MS, LAST_PAUSE_MS, Listener, LONG_RUN_MS, MAX_EVENTS } from './listener.ts';
import type { WantedSocket } from './wanted.ts';

const SOCKET: WantedSocket = {
  ...{ name: 'stream:02', place: '0.0.0.0:80', env: ['PROTO=inet', 'PORT=80'], file: null },
  ...{ jobs: ['web'], starts: ['web'] },
};

/** Lets everything happen that needs no time. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

type Told = (notification: { event: string; job?: string }) => void;

class World {
  nowMs = 0;
  /** Connections that nobody has accepted. */
  waiting = 0;
  /** Events that were emitted, by time. */
  readonly emitted: number[] = [];
  readonly logged: string[] = [];
  readonly changes: (string | null)[] = [];
  isRunning = false;
  /** Whether the emitted event starts the job, which then runs until the test ends it. */
  isService = true;
  isFailing = false;
  isThere = true;
  lost = 0;
  readonly listener: Listener;
  #told!: Told;
  #level: ((isThere: boolean) => void) | null = null;
  #news: ((isThere: boolean) => void) | null = null;
  #timers: { ms: number; due: () => void }[] = [];

  constructor(socket: Partial<WantedSocket> = {}) {
    const client = {
      call: (method: string, params: { newOnly?: boolean }) => this.#call(method, params),
      watch: async (take: Told) => {
        this.#told = take;
      },
    } as never;
    const say = (text: string): void => void this.logged.push(text);
    const ends = new Ends();
    void ends.begin(client);
    const log = { debug: say, info: say, warn: say, error: say };
    const after = (delayMs: number, due: () => void): (() => void) => {
      const timer = { ms: this.nowMs + delayMs, due };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    };
    this.listener = new Listener(
      { ...SOCKET, ...socket },
      {
        context: { client, log, clock: { nowMs: () => this.nowMs, upMs: () => this.nowMs, after } },
        ends,
        lost: async () => {
          this.lost += 1;
          this.isThere = true;
        },
        failed: (error) => say(String(error)),
        changed: () => this.changes.push(this.listener.trouble),
        waitingAt: () => this.waiting,
      },
    );
    void this.listener.run();
  }

  async connect(count = 1): Promise<void> {
    this.waiting += count;
    const news = this.#news;
    this.#news = null;
    news?.(true);
    this.#look();
    await settle();
  }

  async end(accepted = 0): Promise<void> {
    this.waiting -= accepted;
    this.isRunning = false;
    this.#told({ event: 'instance-removed', job: 'web' });
    this.#look();
    await settle();
  }

  /** Moves the clock, timer by timer. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.ms <= untilMs).sort((a, b) => a.ms - b.ms)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.nowMs = next.ms;
      next.due();
      await settle();
    }
    this.nowMs = untilMs;
  }

  #look(): void {
    if (this.waiting === 0 || this.isRunning) return;
    const level = this.#level;
    this.#level = null;
    level?.(true);
  }

  async #call(method: string, { newOnly }: { newOnly?: boolean }): Promise<unknown> {
    if (method === 'list') return [{ job: 'web', instances: this.isRunning ? [{ state: 'running' }] : [] }];
    if (method === 'emit') {
      this.emitted.push(this.nowMs);
      if (this.isFailing) throw new UpstartError('event-failed', 'Event failed');
      this.isRunning = this.isService;
      return null;
    }
    // As init: one call waits at a socket.
    this.#level?.(false);
    this.#news?.(false);
    this.#level = this.#news = null;
    if (!this.isThere) return false;
    return new Promise((resolve) => {
      if (newOnly) {
        this.#news = resolve;
      } else {
        this.#level = resolve;
        this.#look();
      }
    });
  }
}

it('emits one event for what waits, none while the job has the socket, and the next when that has ended', async () => {
  const world = new World();
  await settle();
  expect(world.emitted).toEqual([]);
  await world.connect();
  expect(world.emitted).toHaveLength(1);
  await world.connect(3);
  expect(world.emitted).toHaveLength(1);
  await world.end(2);
  expect(world.emitted).toHaveLength(2);
  await world.end(2);
  expect(world.emitted).toHaveLength(2);
  await world.connect();
  expect(world.emitted).toHaveLength(3);
  expect(world.logged).toEqual([]);
});

it('pauses twice as long each time that a run takes nothing, says so once, and shows it', async () => {
  const world = new World();
  await world.connect();
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    await world.end();
    const count = world.emitted.length;
    await world.pass(LAST_PAUSE_MS);
    expect(world.emitted).toHaveLength(count + 1);
    pauses.push((world.emitted.at(-1) as number) - (world.emitted.at(-2) as number));
    world.nowMs = world.emitted.at(-1) as number;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((times) => times * FIRST_PAUSE_MS));
  const text = 'web ended without accepting the connection that waits at 0.0.0.0:80: pausing before the next start';
  expect(world.logged).toEqual([text]);
  expect(world.changes).toEqual([text]);
  await world.end(1);
  expect(world.changes).toEqual([text, null]);
});

it('something new starts the job at once, also during the pause', async () => {
  const world = new World();
  await world.connect();
  await world.connect();
  await world.end();
  expect(world.emitted).toHaveLength(2);
  await world.end();
  expect(world.emitted).toHaveLength(2);
  await world.connect();
  expect(world.emitted).toEqual([0, 0, 0]);
});

it('one that takes one connection and ends is started at once for each that waits', async () => {
  const world = new World();
  await world.connect(MAX_EVENTS);
  for (let i = 1; i <= MAX_EVENTS; i++) {
    expect(world.emitted).toHaveLength(i);
    await world.end(1);
  }
  expect(world.emitted).toEqual(Array.from({ length: MAX_EVENTS }, () => 0));
  expect(world.logged).toEqual([]);
});

it.each([
  [LONG_RUN_MS - 1, 1],
  [LONG_RUN_MS, 2],
])('after a run of %i ms that takes nothing there have been %i events', async (ranMs, events) => {
  const world = new World();
  await world.connect();
  await world.pass(ranMs);
  await world.end();
  expect(world.emitted).toHaveLength(events);
});

it('has so many events in so long, whatever comes', async () => {
  const world = new World();
  world.isService = false;
  await world.connect();
  for (let i = 1; i <= MAX_EVENTS; i++) await world.connect();
  expect(world.emitted).toHaveLength(MAX_EVENTS);
  expect(world.logged.at(-1)).toBe('More than 20 socket events in 2000 ms for web: pausing');
  await world.pass(EVENTS_MS - 1);
  expect(world.emitted).toHaveLength(MAX_EVENTS);
  await world.pass(1);
  expect(world.emitted).toHaveLength(MAX_EVENTS + 1);
});

it('pauses after an event that failed, twice as long each time, until one succeeds', async () => {
  const world = new World();
  world.isFailing = true;
  await world.connect();
  await world.pass(7 * FIRST_PAUSE_MS);
  expect(world.emitted).toEqual([0, 1, 3, 7].map((times) => times * FIRST_PAUSE_MS));
  expect(world.logged).toEqual(['Error emitting socket event: Event failed']);
  world.isFailing = false;
  await world.pass(8 * FIRST_PAUSE_MS);
  await world.end(1);
  world.isFailing = true;
  await world.connect();
  await world.pass(FIRST_PAUSE_MS);
  expect(world.emitted.slice(-2)).toEqual([15, 16].map((times) => times * FIRST_PAUSE_MS));
});

it('where no job is started each connection is one event', async () => {
  const world = new World({ starts: [] });
  await world.connect();
  expect(world.emitted).toHaveLength(1);
  await world.pass(LAST_PAUSE_MS);
  expect(world.emitted).toHaveLength(1);
});

it('has a lost socket opened again, after a pause', async () => {
  const world = new World();
  world.isThere = false;
  await world.connect();
  await world.end();
  await world.end(1);
  await world.pass(FIRST_PAUSE_MS);
  expect(world.lost).toBe(1);
});

it('emits nothing when it has stopped, and ends a pause when jobs ask for something else', async () => {
  const world = new World();
  await world.connect();
  await world.end();
  world.listener.follow({ ...SOCKET, env: ['PROTO=inet', 'PORT=80', 'NAME=x'] });
  await settle();
  expect(world.emitted).toEqual([0, 0]);
  expect(world.listener.trouble).toBe(null);
  world.listener.stop();
  await world.end();
  await world.connect();
  expect(world.emitted).toHaveLength(2);
});
