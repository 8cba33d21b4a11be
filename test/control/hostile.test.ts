/** Hostile and broken clients: they cost bounded memory and delay no other client. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { whyNoOtherUsers } from '../session/product.ts';
import { Attack, frame, HELLO, heard, LIST, SILENCE, WATCH } from './attack.ts';
import { SessionInit } from './session-init.ts';
import { SystemInit } from './system-init.ts';

/**
 * How much more memory the daemon may have during an attack than before, in KiB: the budget of the socket (256 MiB for the
 * owner's, 64 MiB for strangers'), what a garbage collector leaves lying about, and no more for twice the attackers.
 */
const OWNERS_BOUND = 400 * 1024;
const STRANGERS_BOUND = 200 * 1024;
const JOBS = Object.fromEntries(
  Array.from({ length: 1000 }, (_, i) => [`job-with-a-long-name-${i}`, 'exec true\n']).concat([
    ['web', 'exec sleep 1000\n'],
  ]),
);
const STATUS = /^web start\/running, process \d+$/m;

function daemonOf(init: number): number {
  return childrenOf(init).find((pid) => commandLineOf(pid).includes('daemon.js')) as number;
}

let session: SessionInit;
let attack: Attack;

/** Asks for a status a few times during the attack. */
async function expectHarmless(times = 20): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { status, stdout, took } = await session.run('status', 'web');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(STATUS) });
    attack.note(took);
  }
  attack.report();
  expect(attack.grown).toBeLessThan(OWNERS_BOUND);
  expect(daemonOf(session.pid)).toBe(attack.daemon);
}

describe('the socket of an owner', () => {
  beforeAll(async () => {
    session = await SessionInit.start({ jobs: JOBS });
    await session.run('start', 'web');
    for (let i = 0; i < 20; i++) await session.run('initctl', 'list');
  });
  afterAll(async () => {
    await session?.end();
    session?.remove();
  });

  function begin(name: string): Attack {
    attack = new Attack(name, session.socket, daemonOf(session.pid));
    return attack;
  }
  afterEach(() => attack.end());

  it('is safe from a frame of 4 GiB, which is refused at the announcement', async () => {
    const { answer } = begin('4 GiB');
    for (const greetings of [[], [HELLO]]) {
      expect(await answer(...greetings, Buffer.from([0xff, 0xff, 0xff, 0xff]))).toEqual({
        id: 0,
        error: {
          code: 'bad-request',
          text: 'Invalid request: a frame of 4294967295 bytes is longer than the 1048576 that are allowed',
        },
      });
    }
    await expectHarmless();
  });

  it('is safe from garbage', async () => {
    const { answer } = begin('garbage');
    let seed = 1;
    const next = (): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed >> 16;
    };
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(Array.from({ length: 300 }, next));
      const body = Buffer.concat([Buffer.from([bytes.length & 0xff, bytes.length >> 8, 0, 0]), bytes]);
      const refused = { id: 0, error: { code: 'bad-request' } };
      expect(await answer(...(i % 2 === 0 ? [HELLO, body] : [bytes]))).toMatchObject(refused);
    }
    await expectHarmless();
  });

  it('is left by those who say nothing, or half a hello', async () => {
    const { dial, greeted } = begin('half-open');
    const silent = await dial();
    const half = await dial(HELLO.subarray(0, 9));
    const other = await greeted();
    for (const said of await Promise.all([heard(silent), heard(half)])) expect(said).toEqual([SILENCE]);
    expect(other.closed).toBe(false);
    await expectHarmless();
  });

  it('bounds what frames keep that never end', async () => {
    begin('400 frames without end');
    await attack.framesWithoutEnd(400);
    await eventually('those beyond the budget are closed', () => attack.closed > 100);
    await expectHarmless();
  });

  it('answers others while it is flooded with requests', async () => {
    const { dial } = begin('10 floods of 20,000 lists');
    const flood = Buffer.concat([HELLO, ...Array.from({ length: 20_000 }, () => LIST)]);
    for (let i = 0; i < 10; i++) (await dial(flood)).resume();
    await expectHarmless();
  });

  it('bounds the answers that nobody reads', async () => {
    const { dial } = begin('100 × 3000 lists unread');
    const flood = Buffer.concat([HELLO, ...Array.from({ length: 3000 }, () => LIST)]);
    for (let i = 0; i < 100; i++) await dial(flood);
    await expectHarmless();
  });

  it('bounds the notifications that nobody reads', async () => {
    const { dial, greeted } = begin('100 watchers unread');
    for (let i = 0; i < 100; i++) await dial(HELLO, WATCH);
    const emitter = await greeted();
    const env = [`X=${'x'.repeat(1000)}`];
    const emit = async (): Promise<void> => {
      for (let id = 1; id <= 5000; id++) {
        if (emitter.write(frame({ id, method: 'emit', params: { name: 'noise', env, wait: false } }))) continue;
        await new Promise((resolve) => emitter.once('drain', resolve));
      }
    };
    await Promise.all([emit(), expectHarmless(40)]);
  });

  it('takes a thousand connections', async () => {
    const { dial } = begin('1000 connections');
    const all = await Promise.all(Array.from({ length: 1000 }, () => dial(HELLO)));
    await Promise.all(all.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    await expectHarmless();
  });

  it('takes no more than 4096, and has room again when they leave', async () => {
    const { dial } = begin('4200 connections');
    for (let i = 0; i < 4200; i++) (await dial(HELLO)).resume();
    await eventually('those beyond 4096 are closed', () => attack.closed >= 4200 - 4096);
    attack.end();
    await eventually('there is room again', async () => (await session.run('status', 'web')).status === 0);
    await expectHarmless();
  });
});

const REASON = whyNoOtherUsers();

describe.skipIf(REASON)(`the socket for everybody${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let system: SystemInit;
  let pid: number;

  beforeAll(async () => {
    system = await SystemInit.start(JOBS);
    await system.shell('start web; for i in 1 2 3 4 5 6 7 8 9 10; do initctl list; done');
    pid = Number(readFileSync(join(system.product.folder, 'run/init.pid'), 'utf8'));
  });
  afterAll(() => system?.stop());

  function begin(name: string): Attack {
    attack = new Attack(name, `/proc/${pid}/root/run/upstart/query.sock`, daemonOf(pid));
    return attack;
  }
  afterEach(() => attack.end());

  /** Root's own commands, and those of other users, still work. */
  async function expectUnimpressed(): Promise<void> {
    const script = [
      'for i in 1 2 3 4 5 6 7 8 9 10; do date +%s%N; status web; done; date +%s%N',
      'setpriv --reuid=65534 --regid=65534 --clear-groups env UPSTART_SYSTEM_SOCKET_DIR=/run/upstart status web',
      'start job-with-a-long-name-1',
    ].join('\n');
    const { stdout, stderr } = await system.shell(script);
    expect(stderr).toBe('');
    const times = (stdout.match(/^\d+$/gm) ?? []).map((time) => Number(BigInt(time) / 1000n) / 1000);
    expect(times.length).toBe(11);
    for (const [i, time] of times.entries()) if (i > 0) attack.note(time - (times[i - 1] as number));
    expect(stdout.match(new RegExp(STATUS, 'gm'))?.length).toBe(11);
    attack.report();
    expect(attack.grown).toBeLessThan(STRANGERS_BOUND);
    expect(daemonOf(pid)).toBe(attack.daemon);
  }

  it('gives the room of the silent to newcomers, beyond 1024', async () => {
    const { dial } = begin('strangers: 1500 connections');
    for (let i = 0; i < 1500; i++) (await dial(HELLO)).resume();
    await eventually('the oldest make room', () => attack.closed >= 1500 - 1024);
    await expectUnimpressed();
  });

  it('bounds what frames keep that never end', async () => {
    begin('strangers: 300 frames without end');
    await attack.framesWithoutEnd(300);
    await eventually('those beyond the budget are closed', () => attack.closed > 200);
    await expectUnimpressed();
  });

  it('bounds the answers that nobody reads', async () => {
    const { dial } = begin('strangers: 500 × 3000 lists unread');
    const flood = Buffer.concat([HELLO, ...Array.from({ length: 3000 }, () => LIST)]);
    for (let i = 0; i < 500; i++) await dial(flood);
    await expectUnimpressed();
  });

  it('answers others while it is flooded with requests', async () => {
    const { dial } = begin('strangers: 100 floods of 3000 lists');
    const flood = Buffer.concat([HELLO, ...Array.from({ length: 3000 }, () => LIST)]);
    for (let i = 0; i < 100; i++) (await dial(flood)).resume();
    await expectUnimpressed();
  });
});
