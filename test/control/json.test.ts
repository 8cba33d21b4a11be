/** The JSON that commands print is what docs/json.md describes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT, run } from '../session/product.ts';
import { SessionInit } from './session-init.ts';

const DOCUMENTED = new Set(
  [...readFileSync(join(ROOT, 'docs/json.md'), 'utf8').matchAll(/`([a-zA-Z]+)`|"([a-zA-Z]+)":/g)].map(
    ([, inText, inExample]) => inText ?? inExample,
  ),
);

let session: SessionInit;

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      db: 'exec sleep 1000\n',
      migrate: 'start on starting web\ntask\nexec sleep 1000\n',
      web: 'start on started db and (net-up IFACE=lo or nothing)\nstop on stopping db\nusage "PORT=number"\nemits ready\nexec sleep 1000\n',
      fails: 'pre-start exec false\nexec true\n',
      broken: 'strat on nothing\n',
    },
  });
  await session.run('start', 'db');
  await session.run('initctl', 'emit', '-n', 'net-up', 'IFACE=lo');
  await session.run('start', 'fails');
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

async function json(...words: string[]): Promise<unknown> {
  const { stdout, stderr, status } = await session.run('initctl', ...words, '--json');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout);
}

function keys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(keys);
  return Object.entries(value).flatMap(([key, item]) => [key, ...keys(item)]);
}

it.each([
  'status web',
  'list',
  'version',
  'usage web',
  'show-config',
  'explain web',
  'explain fails',
  'explain broken',
  'explain --event net-up',
])('%s', async (line) => {
  const value = await json(...line.split(' '));
  const found = [...new Set(keys(value))];
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((key) => !DOCUMENTED.has(key))).toEqual([]);
});

it('says what it is about', async () => {
  expect(await json('status', 'db')).toEqual({
    job: 'db',
    instances: [
      {
        name: '',
        goal: 'start',
        state: 'running',
        processes: [{ slot: 'main', pid: expect.any(Number) }],
        logTrouble: null,
        ...{
          health: 'well',
          why: null,
          since: expect.any(Number),
          readyMs: expect.any(Number),
          respawns: 0,
          series: null,
          checks: [],
          lastExit: null,
        },
        ...{ memoryBytes: expect.any(Number), cpuMs: expect.any(Number) },
      },
    ],
    ...{ health: 'well', why: null, last: null },
  });
  expect(await json('status', 'fails')).toMatchObject({ job: 'fails', instances: [], health: 'failed' });
  expect(await json('usage', 'db')).toEqual({ job: 'db', usage: null });
  expect(await json('explain', 'web')).toMatchObject({
    defined: true,
    instances: [
      {
        blockedBy: [{ text: 'the event `starting JOB=web` is not over' }],
        holds: ['started JOB=db', 'net-up IFACE=lo'],
      },
    ],
  });
  expect(await json('explain', 'fails')).toMatchObject({ last: { failure: { slot: 'pre-start', exitStatus: 1 } } });
  expect(await json('explain', 'broken')).toMatchObject({
    defined: false,
    broken: [{ line: 1, message: 'Unknown stanza' }],
  });
  expect(await json('explain', '--event', 'net-up')).toMatchObject([{ env: ['IFACE=lo'], failed: false }]);
});

it('is the same on a terminal', async () => {
  const { stdout } = await session.run('initctl', 'list', '--json');
  const { product, env } = session;
  const onTerminal = await run('script', ['-qec', `${product.bin}/initctl list --json`, '/dev/null'], {
    ...env,
    TERM: 'xterm',
  });
  expect(onTerminal.stdout.replaceAll('\r\n', '\n')).toBe(stdout);
});
