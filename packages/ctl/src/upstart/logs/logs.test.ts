/** `upstart logs` on files. */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexPathOf } from '@upstart/common';
import type { Method, Notification, Params, UpstartClient } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/eventually.ts';
import { runFrontDoor } from '../front-door.ts';

let folder: string;
let notify: (notification: Notification) => void;
let jobs: string[];
let entries: object[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-logs-'));
  jobs = ['web', 'web-admin', 'worker'];
  entries = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const client: UpstartClient = {
  async call<M extends Method>(method: M, params: Params<M>): Promise<never> {
    if (method === 'list') return jobs.map((job) => ({ job, instances: [] })) as never;
    if (method === 'brokenFiles') return [] as never;
    if (method === 'history') return { entries, upTo: 0, more: false } as never;
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

/** An index with a stamp for each line, in milliseconds of `DAY`. */
function stamp(name: string, ...timesMs: number[]): void {
  const path = join(folder, name);
  let offset = 0;
  const numbers = readFileSync(path, 'latin1')
    .split('\n')
    .slice(0, timesMs.length)
    .flatMap((line, at) => {
      const begin = offset;
      offset += line.length + 1;
      return [BigInt(DAY + (timesMs[at] ?? 0)) * 1000n, BigInt(begin)];
    });
  writeFileSync(indexPathOf(path.replace(/\.log\..*/, '.log'), statSync(path).ino), new BigInt64Array(numbers));
}

const DAY = Date.parse('2026-11-29T00:00:00Z');
const process = (ms: number, pid: number) => ({ kind: 'process', process: 'main', pid, ...at(ms) });
const exit = (ms: number, exitStatus: number) => ({ kind: 'exit', process: 'main', exitStatus, ...at(ms) });
const at = (ms: number) => ({ job: 'web', instance: '', atMs: DAY + ms });

describe('with an index', () => {
  beforeEach(() => {
    write('web.log.1', 'a', 'c');
    stamp('web.log.1', 10, 30);
    write('web.log', 'e', 'f');
    stamp('web.log', 50, 60);
    write('web-admin.log', 'b', 'd error');
    stamp('web-admin.log', 20, 40);
    entries = [process(5, 11), exit(44, 3), process(45, 12)];
  });

  it('are merged in the order of time, with marks between runs', async () => {
    const { out } = await run('logs web web-admin');
    expect(out.split('\n')).toEqual([
      'web       | a',
      'web-admin | b',
      'web       | c',
      'web-admin | d error',
      'web       | — web started, process 12, after exit status 3 —',
      ...['web       | e', 'web       | f', ''],
    ]);
    expect((await run('logs web')).out).toBe('a\nc\n— web started, process 12, after exit status 3 —\ne\nf\n');
    expect((await run('logs web --no-prefix')).out).toBe('a\nc\ne\nf\n');
    expect((await run('logs web* --no-prefix -n 1')).out).toBe('d error\nf\n');
  });

  it('have the mark of a run before its first output, although init learns of that later', async () => {
    // A respawn of the supervisor's own: process 12 has written the line of the time 50.
    const index = indexPathOf(join(folder, 'web.log'), statSync(join(folder, 'web.log')).ino);
    const numbers = [DAY + 50, 0, DAY + 60, 3].map((number, place) => BigInt(number) * (place % 2 === 0 ? 1000n : 1n));
    writeFileSync(index, new BigInt64Array(numbers.map((number, place) => number + (place === 1 ? 12n << 40n : 0n))));
    entries = [process(5, 11), exit(70, 3), process(71, 12)];
    expect((await run('logs web')).out).toBe('a\nc\n— web started, process 12, after exit status 3 —\ne\nf\n');
  });

  it('are those of a period, of a run, or with a text', async () => {
    const time = (ms: number) => `2026-11-29T00:00:00.0${ms}Z`;
    expect((await run(`logs web --no-prefix --since ${time(30)} --until ${time(60)}`)).out).toBe('c\ne\n');
    expect((await run('logs web --run 0')).out).toBe('e\nf\n');
    expect((await run('logs web --run -1')).out).toBe('a\nc\n');
    expect(await run('logs web --run -2')).toMatchObject({ status: 1, out: '' });
    expect((await run('logs --grep err.r$')).out).toBe('web-admin | d error\n');
    expect((await run('logs web -n 1 --json')).out).toContain('"time":"2026-11-29T00:00:00.060Z","text":"f"');
    expect((await run('logs web -n 1 -t')).out).toMatch(/^2026-11-\d\d \d\d:\d\d:00\.060 {2}f\n$/);
  });

  it.each(['--grep (', '--run x', '--until never', '-n x'])('%s is an error', async (options) => {
    expect(await run(`logs web ${options}`)).toMatchObject({ status: 2, out: '' });
  });

  it('are shown without marks where the history is denied', async () => {
    entries = null as never;
    expect((await run('logs web')).out).toBe('a\nc\ne\nf\n');
  });

  it('are shown as far as they can be read', async () => {
    writeFileSync(join(folder, 'web.log.2.gz'), 'no gzip');
    const { status, out, err } = await run('logs web --since 1d web-admin');
    expect({ status, err }).toEqual({
      status: 1,
      err: expect.stringMatching(/^upstart: Unable to read .*web\.log\.2\.gz: it is damaged/),
    });
    expect(out).toMatch(/c\n.*d error\n(.*\n)*.*f\n/);
  });
});
