import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmitOptions, Operand, RunningSource, SourceContext } from '../../source.ts';
import { CRASH_MS } from './ledger.ts';
import { LOOK_MS, timer } from './timer.ts';

const START = Date.parse('2026-11-29T12:00:30Z');
const HOUR = 3_600_000;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'timer-source-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const operand = (job: string, ...args: string[]): Operand => ({ job, stanza: 'start on', event: 'timer', args });

/** A world with its own clock; times that no timer waits for are skipped. */
class World {
  nowMs = START;
  readonly events: string[] = [];
  readonly logged: string[] = [];
  /** How often a timer of the kernel has been set. */
  timers = 0;
  running!: RunningSource;
  #due: { ms: number; call: () => void } | null = null;

  async start(...operands: Operand[]): Promise<void> {
    const say = (text: string): void => void this.logged.push(text);
    const context: SourceContext = {
      emit: async (event, env, { only }: EmitOptions = {}) => {
        this.events.push([event, ...env, `for ${only?.job ?? 'all'}`].join(' '));
      },
      operands: () => operands,
      log: { debug: () => {}, info: say, warn: say, error: say },
      clock: {
        nowMs: () => this.nowMs,
        upMs: () => this.nowMs - START,
        after: (delayMs, call) => {
          this.timers += 1;
          expect(this.#due, 'one timer at a time').toBe(null);
          this.#due = { ms: this.nowMs + delayMs, call };
          return () => {
            this.#due = null;
          };
        },
      },
      options: {},
      env: {
        HOME: home,
        XDG_STATE_HOME: join(home, 'state'),
      },
      isSession: true,
      initId: 'a',
      runFolder: home,
      neededSinceUs: 0,
      client: {} as SourceContext['client'],
      fail: (error) => say(error.message),
      troubled: () => {},
    };
    this.running = await timer.start(context);
    await this.running.follow?.({ added: operands, removed: [] });
  }

  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    while (this.#due !== null && this.#due.ms <= end) {
      const { ms: at, call } = this.#due;
      this.#due = null;
      this.nowMs = at;
      call();
    }
    this.nowMs = end;
    await Promise.resolve();
  }

  /** It ends without a word, as by SIGKILL. */
  crash(): void {
    this.#due = null;
  }
}

const stateFile = (): string => join(home, 'state/upstart/timers.json');

it('emits the words of the condition, and when it was due', async () => {
  const world = new World();
  await world.start(operand('a', 'EVERY=1m'), operand('b', 'ZONE=Asia/Tokyo', 'AT=21:02'));
  await world.pass(90_000);
  expect(world.events).toEqual([
    'timer EVERY=1m DUE=2026-11-29T12:01:00Z for all',
    'timer EVERY=1m DUE=2026-11-29T12:02:00Z for all',
    'timer ZONE=Asia/Tokyo AT=21:02 DUE=2026-11-29T12:02:00Z for all',
  ]);
});

it('has one event for jobs with the same words, until the last of them has gone', async () => {
  const world = new World();
  const operands = ['a', 'b'].map((job) => operand(job, 'EVERY=1m'));
  await world.start(...operands);
  await world.pass(60_000);
  expect(world.events).toHaveLength(1);
  await world.running.follow?.({ added: [], removed: [operands[0]!] });
  await world.pass(60_000);
  expect(world.events).toHaveLength(2);
  await world.running.follow?.({ added: [], removed: [operands[1]!] });
  await world.pass(HOUR);
  expect(world.events).toHaveLength(2);
});

it('has an event for each job with RANDOM, at a time of its own', async () => {
  const world = new World();
  await world.start(...['a', 'b'].map((job) => operand(job, 'AT=12:01', 'ZONE=UTC', 'RANDOM=1h')));
  await world.pass(60_000 + HOUR);
  const due = 'timer AT=12:01 ZONE=UTC RANDOM=1h DUE=2026-11-29T12:01:00Z for';
  expect(world.events.sort()).toEqual([`${due} a`, `${due} b`]);
});

it('ignores words that are wrong, and names what was meant', async () => {
  const world = new World();
  await world.start(operand('a', 'EVRY=1m'), operand('b', 'CRON=0 0 30 2 *'), operand('c', 'EVERY=1m'));
  expect(world.logged).toEqual([
    'a: ignored `start on timer EVRY=1m`: a timer has no EVRY=; did you mean `EVERY=1m`?',
    'b: `start on timer CRON=0 0 30 2 *` is never due: there is no such day',
  ]);
  await world.pass(60_000);
  expect(world.events).toHaveLength(1);
});

it('a thousand timers share one of the kernel, which comes once a minute at most while nothing is due', async () => {
  const world = new World();
  const operands = Array.from({ length: 1000 }, (_, i) => operand(`job-${i}`, 'AT=18:00', 'ZONE=UTC', 'RANDOM=5m'));
  await world.start(...operands);
  await world.pass(HOUR);
  expect(world.timers).toBe(1 + HOUR / LOOK_MS);
  await world.pass(6 * HOUR);
  expect(world.events).toHaveLength(1000);
});

describe('PERSISTENT', () => {
  const persistent = operand('a', 'AT=13:00', 'ZONE=UTC', 'PERSISTENT=yes');

  it('has a turn that was missed once at the next start', async () => {
    const first = new World();
    await first.start(persistent);
    await first.pass(HOUR);
    expect(first.events).toEqual(['timer AT=13:00 ZONE=UTC PERSISTENT=yes DUE=2026-11-29T13:00:00Z for a']);
    await first.running.stop();
    const second = new World();
    second.nowMs = START + 72 * HOUR;
    await second.start(persistent, operand('b', 'AT=12:00', 'ZONE=UTC'));
    expect(second.events).toEqual(['timer AT=13:00 ZONE=UTC PERSISTENT=yes DUE=2026-11-30T13:00:00Z for a']);
    await second.running.stop();
    const third = new World();
    third.nowMs = second.nowMs;
    await third.start(persistent);
    expect(third.events).toEqual([]);
  });

  it('begins when the job is new, or was away', async () => {
    const world = new World();
    world.nowMs += 2 * HOUR;
    await world.start(persistent);
    expect(world.events).toEqual([]);
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual({
      '["a",["AT=13:00","ZONE=UTC","PERSISTENT=yes"]]': world.nowMs,
    });
    await world.running.follow?.({ added: [], removed: [persistent] });
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toEqual({});
  });

  it.each(['', '{', '[1]', '{"[\\"a\\"]": "x"}', 'null'])(
    'takes a file that says %j for an empty one',
    async (text) => {
      mkdirSync(join(home, 'state/upstart'), { recursive: true });
      writeFileSync(stateFile(), text);
      const world = new World();
      await world.start(persistent);
      await world.pass(HOUR);
      expect(world.events).toHaveLength(1);
      expect(world.logged).toEqual([]);
    },
  );

  it('works without the file, and says so once', async () => {
    writeFileSync(join(home, 'state'), 'no folder');
    const world = new World();
    await world.start(persistent);
    await world.pass(2 * HOUR);
    expect(world.events).toHaveLength(1);
    expect(world.logged).toEqual([expect.stringMatching(/^Unable to write .*timers\.json: /)]);
  });

  it('leaves records of other sessions alone', async () => {
    mkdirSync(join(home, 'state/upstart'), { recursive: true });
    const world = new World();
    await world.start(persistent);
    writeFileSync(stateFile(), '{"other": 5}');
    await world.pass(HOUR);
    expect(JSON.parse(readFileSync(stateFile(), 'utf8'))).toMatchObject({ other: 5 });
  });
});

describe('after a crash', () => {
  it.each<[string, number, number]>([
    ['just now: its turn comes', 30_001, 1],
    ['long ago: it was another run of the machine', CRASH_MS + 1, 0],
  ])('of %s', async (_when, laterMs, turns) => {
    const daily = operand('a', 'AT=12:01', 'ZONE=UTC');
    const first = new World();
    await first.start(daily);
    first.crash();
    const second = new World();
    second.nowMs = START + laterMs;
    await second.start(daily);
    expect(second.events).toHaveLength(turns);
  });

  it('nothing is missed when it has ended in order', async () => {
    const daily = operand('a', 'AT=12:01', 'ZONE=UTC');
    const first = new World();
    await first.start(daily);
    await first.running.stop();
    const second = new World();
    second.nowMs = START + 30_001;
    await second.start(daily);
    expect(second.events).toEqual([]);
  });
});
