/** The source with an init that is played: which sockets it asks for, what it says, and when it tries again. */
import { expect, test } from 'vitest';
import type { Operand, SourceContext } from '../../source.ts';
import { RETRY_MS, SocketSource } from './socket-source.ts';

const operand = (job: string, ...args: string[]): Operand => ({ job, stanza: 'start on', event: 'socket', args });
const WEB = operand('web', 'PROTO=inet', 'PORT=80');
const API = operand('api', 'PROTO=inet', 'PORT=81');

type Answer = { failed: Record<string, { step: string; error: string }>; kept: string[] };

class World {
  operands: Operand[] = [];
  /** How many sockets each call has named. */
  readonly asked: number[] = [];
  readonly logged: string[] = [];
  trouble: string | null = null;
  /** Of the sockets that are asked for, those that cannot be opened. */
  refuses = (_count: number): boolean => false;
  retry: { ms: number; call: () => void } | null = null;
  /** Names of sockets that are waited at. */
  readonly awaited: string[] = [];
  readonly failures: string[] = [];
  readonly source: SocketSource;

  constructor() {
    const call = async (method: string, given: { sockets?: string[]; socket?: string }): Promise<unknown> => {
      if (method === 'listen') {
        const { sockets = [] } = given;
        this.asked.push(sockets.length);
        const answer: Answer = { failed: {}, kept: [] };
        for (const [i, name] of sockets.entries())
          if (this.refuses(i)) answer.failed[name] = { step: 'bind', error: 'Address already in use' };
        return answer;
      }
      if (method !== 'awaitConnection') throw new Error(method);
      this.awaited.push(given.socket ?? '');
      return new Promise(() => {});
    };
    const context = {
      client: { call, watch: async () => {} },
      clock: {
        nowMs: () => 0,
        upMs: () => 0,
        after: (ms: number, due: () => void) => {
          this.retry = { ms, call: due };
          return () => {
            this.retry = null;
          };
        },
      },
      log: { warn: (text: string) => void this.logged.push(text), info: () => {}, debug: () => {}, error: () => {} },
      operands: () => this.operands,
      troubled: (reason: string | null) => {
        this.trouble = reason;
      },
      fail: (error: Error) => void this.failures.push(error.message),
    };
    this.source = new SocketSource(context as unknown as SourceContext);
  }

  async has(...operands: Operand[]): Promise<void> {
    const before = this.operands;
    this.operands = operands;
    await this.source.follow({
      added: operands.filter((one) => !before.includes(one)),
      removed: before.filter((one) => !operands.includes(one)),
    });
  }
}

test('all sockets that conditions name are asked for, each is waited at once, and none at the end', async () => {
  const world = new World();
  await world.has(WEB, API);
  await world.has(WEB, API, operand('other', 'PROTO=inet', 'PORT=80'));
  expect(world.asked).toEqual([2, 2]);
  expect(world.awaited).toHaveLength(2);
  await world.has(API);
  await world.source.stop();
  expect(world.asked).toEqual([2, 2, 1, 0]);
  expect([world.logged, world.failures, world.trouble]).toEqual([[], [], null]);
});

test('a socket that cannot be opened is a warning once, shown while it lasts, and tried again', async () => {
  const world = new World();
  world.refuses = (i) => i === 0;
  await world.has(WEB, API);
  const warning = 'Failed to bind socket in /com/ubuntu/Upstart/jobs/web: Address already in use';
  expect(world.logged).toEqual([warning]);
  expect(world.trouble).toMatch(/^Failed to bind socket at .*:80: Address already in use$/);
  expect(world.awaited).toHaveLength(1);
  expect(world.retry?.ms).toBe(RETRY_MS);
  await world.has(WEB, API, operand('third', 'PROTO=inet', 'PORT=82'));
  expect(world.logged).toEqual([warning]);
  world.refuses = () => false;
  world.retry?.call();
  await world.has(WEB, API);
  expect([world.trouble, world.retry]).toEqual([null, null]);
  expect(new Set(world.awaited).size).toBe(3);
});

test('a mistake in a condition is named, and named again when the condition has changed', async () => {
  const world = new World();
  const wrong = operand('web', 'PROTO=inet', 'PORT=http');
  await world.has(wrong, API);
  const warning = 'Ignored socket event with invalid PORT=http in /com/ubuntu/Upstart/jobs/web';
  expect([world.logged, world.asked]).toEqual([[warning], [1]]);
  await world.has(API);
  await world.has(wrong, API);
  expect(world.logged).toEqual([warning, warning]);
});
