/** `upstart ps`, `explain`, `events` and `logs` of a session in which things go wrong. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Troubles } from '../../packages/protocol/src/index.ts';
import { eventually } from '../eventually.ts';
import { following } from '../session/following.ts';
import { SessionInit } from './session-init.ts';

let session: SessionInit;

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      db: 'start on boot\nexec sh -c "exit 3"\n',
      web: 'start on started db\nexec sleep 1000\n',
      cache: 'start on boot\npre-start exec false\nexec sleep 1000\n',
      mail: 'start on started cache and boot\nexec sleep 1000\n',
      news: 'start on started mail\nexec sleep 1000\n',
      loop: 'start on started again\nexec sleep 1000\n',
      again: 'start on started loop\nexec sleep 1000\n',
      typo: 'start on boto\nexec sleep 1000\n',
      slow: 'start on boot\npre-start exec sleep 1000\nexec sleep 1000\n',
      fine: 'start on boot\nexec sleep 1000\n',
      crashes: 'start on boot\nrespawn\nrespawn limit unlimited\nexec sh -c "sleep 0.01; exit 4"\n',
      broken: 'frob\n',
      one: 'script\necho one\nexec sleep 1000\nend script\n',
      two: 'script\necho two\nexec sleep 1000\nend script\n',
      worker: 'instance $N\nscript\necho "worker $N"\nexec sleep 1000\nend script\n',
    },
  });
  await session.run('initctl', 'emit', '--no-wait', 'boot');
  await eventually('all has happened', async () => (await failed()).join() === 'broken,cache,crashes,db');
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

interface Row {
  job: string;
  health: string;
  state: string | null;
  why: string | null;
  respawns: number;
  lastExit: unknown;
  memoryBytes: number | null;
  cpuMs: number | null;
}

async function rows(...args: string[]): Promise<Row[]> {
  return JSON.parse((await session.run('upstart', 'ps', '--json', ...args)).stdout) as Row[];
}

async function failed(): Promise<string[]> {
  return (await rows('--failed')).map(({ job }) => job).sort();
}

describe('ps', () => {
  it('tells of each job how it does, the worst first', async () => {
    const all = await rows();
    expect(all.map(({ health }) => health)).toEqual(
      [...all].sort((a, b) => HEALTH.indexOf(a.health) - HEALTH.indexOf(b.health)).map(({ health }) => health),
    );
    const by = Object.fromEntries(all.map((row) => [row.job, row]));
    expect(by.broken).toMatchObject({ health: 'broken', state: null, why: expect.stringContaining('Unknown stanza') });
    expect(by.db).toMatchObject({
      ...{ health: 'failed', state: 'stop/waiting', memoryBytes: null },
      lastExit: { exitStatus: 3, exitSignal: null },
    });
    expect(by.slow).toMatchObject({ health: 'pending', state: 'start/pre-start' });
    expect(by.crashes).toMatchObject({ health: 'flapping', lastExit: { exitStatus: 4 } });
    expect(by.crashes?.respawns).toBeGreaterThanOrEqual(5);
    expect(by.fine).toMatchObject({ health: 'well', state: 'start/running', why: null });
    expect(by.fine?.memoryBytes).toBeGreaterThan(0);
    expect((await session.run('upstart', 'ps', '--failed')).status).toBe(1);
  });

  it('shows it again and again with --watch, until interrupted', async () => {
    const { lines, end } = following(session, 'ps', '--watch', '--json');
    await eventually('two looks are there', () => lines().length >= 2);
    const [first = [], second = []] = lines().map((line) => JSON.parse(line) as Row[]);
    expect(second.map(({ job }) => job).sort()).toEqual(first.map(({ job }) => job).sort());
    expect(await end()).not.toBe(1);
    const table = following(session, 'ps', '--watch');
    await eventually('two tables are there', () => table.lines().filter((line) => line.startsWith('JOB ')).length >= 2);
    await eventually('its use of the processor is there', () =>
      table.lines().some((line) => /^fine +start\/running +\d+ .*%/.test(line)),
    );
    await table.end();
  });
});

describe('explain without a name', () => {
  it('groups everything by its cause', async () => {
    const { stdout, status } = await session.run('upstart', 'explain');
    const text = stdout
      .replace(/\(\d+\)/g, '(N)')
      .replace(/respawned .*;/, 'respawned;')
      .replace(/: \/.*\//, ': ');
    expect(text.split('\n')).toEqual([
      'cache failed: pre-start process (N) terminated with status 1',
      '  mail waits for `started cache`',
      '  news waits for `started mail`',
      'broken has a broken file: broken.conf:1: Unknown stanza',
      'db failed: main process (N) terminated with status 3',
      'crashes respawns again and again: respawned; its main process exited with status 4',
      'again, loop wait for one another',
      '  loop waits for `started again`',
      '  again waits for `started loop`',
      '`boto`: nobody is known to emit it; `boot` may be meant',
      '  typo waits for `boto`',
      'slow is start/pre-start: the pre-start process (N) still runs',
      '',
    ]);
    expect(status).toBe(0);
    const { causes, dropped } = JSON.parse((await session.run('upstart', 'explain', '--json')).stdout) as Troubles;
    expect([causes.length, dropped]).toEqual([7, 0]);
  });

  it('answers for a thousand jobs that wait for one', async () => {
    for (let i = 0; i < 1000; i++) session.job(`many${i}`, `start on started ${i === 0 ? 'cache' : `many${i - 1}`}\n`);
    const found = await eventually('all are read', async () => {
      const { causes } = JSON.parse((await session.run('upstart', 'explain', '--json')).stdout) as Troubles;
      const cause = causes.find(({ job }) => job === 'cache');
      return cause?.affected === 1002 ? cause : null;
    });
    expect(found.waiting).toHaveLength(20);
    const { stdout } = await session.run('upstart', 'explain');
    expect(stdout).toMatch(/^ {2}and 98\d more wait$/m);
  });
});

describe('logs', () => {
  it('of many are kept apart, in the order of time', async () => {
    const logs = async (): Promise<string[]> =>
      (await session.run('upstart', 'logs', 'one', 'two', 'worker')).stdout.split('\n').slice(0, -1);
    const starts = [['one'], ['worker', 'N=1'], ['two'], ['worker', 'N=2']];
    for (const [at, words] of starts.entries()) {
      await session.run('start', ...words);
      await eventually('its line is there', async () => (await logs()).length > at);
    }
    expect((await logs()).map((line) => line.split(/[ |]/)[0])).toEqual(['one', 'worker-1', 'two', 'worker-2']);
    const json = (await session.run('upstart', 'logs', 'two', 'one', '--json')).stdout.trim().split('\n');
    expect(json.map((line) => (JSON.parse(line) as { log: string }).log)).toEqual(['one', 'two']);
  });

  it('follow what comes, also of jobs that come later', async () => {
    const { lines, end } = following(session, 'logs', '--follow', '-n', '0');
    // Whatever is written before it follows does not count: so something is written until it does.
    await eventually('it follows', async () => {
      session.job('talks', 'task\nexec echo here I am\n');
      await session.run('start', 'talks');
      return lines().some((line) => line.startsWith('talks') && line.endsWith('here I am'));
    });
    await end();
  });
});

describe('events', () => {
  it('are shown as they come, of the jobs that are meant', async () => {
    const { lines, end } = following(session, 'events', 'fine', '--json');
    // The first restart that it sees may have begun before it watched.
    await eventually('a restart is shown', async () => {
      await session.run('restart', 'fine');
      return ['"process-ended"', '"state":"running"'].every((part) => lines().some((line) => line.includes(part)));
    });
    const told = lines().map((line) => JSON.parse(line) as { event: string; job?: string; env?: string[] });
    expect(told.some(({ event }) => event === 'process-ended')).toBe(true);
    for (const { job, env } of told) expect(job ?? env?.[0]).toMatch(/^(JOB=)?fine$/);
    await end();
    const all = following(session, 'events');
    await eventually('an event is shown', async () => {
      await session.run('initctl', 'emit', '--no-wait', 'hello');
      return all.lines().some((line) => line.includes('hello'));
    });
    await all.end();
  });
});

const HEALTH = ['broken', 'failed', 'flapping', 'degraded', 'pending', 'well'];
