/** `upstart logs` on files. */
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Method, Notification, Params, UpstartClient } from '@upstart/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../../../test/eventually.ts';
import { runFrontDoor } from '../front-door.ts';

let folder: string;
let notify: (notification: Notification) => void;
let jobs: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-logs-'));
  jobs = ['web', 'web-admin', 'worker'];
});
afterEach(() => rmSync(folder, { recursive: true }));

const client: UpstartClient = {
  async call<M extends Method>(method: M, params: Params<M>): Promise<never> {
    if (method === 'list') return jobs.map((job) => ({ job, instances: [] })) as never;
    if (method === 'brokenFiles') return [] as never;
    const { job, instance = '' } = params as { job: string; instance?: string };
    return join(folder, `${job}${instance && `-${instance}`}.log`) as never;
  },
  async watch(listener) {
    notify = listener;
  },
  close() {},
};

function start(line: string) {
  const said = { out: '', err: '' };
  const stop = new AbortController();
  const status = runFrontDoor(line.split(' '), {
    env: {},
    terminal: { out: false, err: false, columns: 0 },
    local: true,
    now: () => new Date('2026-11-29T02:00:00Z'),
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    connect: async () => client,
    signal: stop.signal,
  });
  return { said, stop, status };
}

async function run(line: string) {
  const { said, status } = start(line);
  return { status: await status, ...said };
}

function write(name: string, ...lines: string[]): void {
  writeFileSync(join(folder, name), lines.map((line) => `${line}\r\n`).join(''));
}

it('of one job are its last lines as they are', async () => {
  write('web.log', 'one', 'two', 'three');
  expect(await run('logs web -n 2')).toEqual({ status: 0, out: 'two\nthree\n', err: '' });
});

it('of several jobs stand behind their names, in the order of time', async () => {
  write('web.log', '2026-11-29T01:00:00Z a', '2026-11-29T01:00:02Z c', '  more of c');
  write('web-admin.log', '2026-11-29T01:00:01Z b');
  write('worker-1.log', '2026-11-29T01:00:03Z d');
  const all = [
    'web       | 2026-11-29T01:00:00Z a',
    'web-admin | 2026-11-29T01:00:01Z b',
    'web       | 2026-11-29T01:00:02Z c',
    'web       |   more of c',
    'worker-1  | 2026-11-29T01:00:03Z d',
    '',
  ];
  expect(await run('logs')).toEqual({ status: 0, out: all.join('\n'), err: '' });
  expect((await run('logs web* -n 1')).out).toBe('web-admin | 2026-11-29T01:00:01Z b\nweb       |   more of c\n');
  // Those of instances that have ended; not those of a job whose name begins alike.
  expect((await run('logs worker')).out).toBe('worker-1 | 2026-11-29T01:00:03Z d\n');
  expect((await run('logs web -n 1')).out).toBe('  more of c\n');
});

it('can be JSON, one object a line', async () => {
  write('web.log', '2026-11-29T01:00:00+01:00 a');
  const { out } = await run('logs web --json');
  expect(JSON.parse(out)).toEqual({
    ...{ log: 'web', path: join(folder, 'web.log'), time: '2026-11-29T00:00:00.000Z' },
    text: '2026-11-29T01:00:00+01:00 a',
  });
});

it('that are not there are an error if they were named', async () => {
  const missing = `upstart: Nothing has been logged yet: ${join(folder, 'web.log')}\n`;
  expect(await run('logs web')).toEqual({ status: 1, out: '', err: missing });
  expect(await run('logs')).toEqual({ status: 0, out: '', err: '' });
  write('web.log', 'one');
  expect(await run('logs web gone')).toEqual({
    status: 4,
    out: 'one\n',
    err: 'upstart: unknown job: gone\n',
  });
});

it('are followed, by lines, over rotations, and those of jobs that come later, too', async () => {
  write('web.log', 'one');
  const { said, stop, status } = start('logs w* -f');
  await eventually(() => /^web +\| one\n$/.test(said.out));
  appendFileSync(join(folder, 'web.log'), 'two\r\nthr');
  await eventually(() => /web +\| two\n/.test(said.out));
  appendFileSync(join(folder, 'web.log'), 'ee\r\n');
  await eventually(() => /\| three\n/.test(said.out.replace(/thr\n.*\| /, 'thr')));
  renameSync(join(folder, 'web.log'), join(folder, 'web.log.1'));
  write('web.log', 'four');
  await eventually(() => /web +\| four\n/.test(said.out));
  jobs.push('wiki');
  write('wiki.log', 'five');
  notify({ event: 'job-added', job: 'wiki' });
  await eventually(() => /wiki +\| five\n/.test(said.out));
  stop.abort();
  expect(await status).toBe(0);
  expect(said.out.match(/one/g)).toHaveLength(1);
});
