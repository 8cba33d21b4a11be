/** The program conf-watch and its client, beyond what watching.test.ts shows of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfWatch } from './conf-watch.ts';
import { buildConfWatch } from './testing/configuration.ts';
import {
  answer,
  event,
  IN_CLOSE_WRITE,
  IN_CREATE,
  IN_DELETE,
  IN_IGNORED,
  IN_Q_OVERFLOW,
  octal,
} from './testing/inotify.ts';
import type { WatchEvent, WatchListener } from './watcher.ts';

let directory: string;
let program: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'conf-watch-'));
  program = buildConfWatch(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Everything that a client says of a program until the program has ended, which has all the time it wants unless a test says otherwise. */
function record(path: string, use: (watch: ConfWatch) => void = () => undefined, hangMs = 3_600_000) {
  return new Promise<{ events: WatchEvent[]; refusals: string[]; reason: string }>((resolve) => {
    const events: WatchEvent[] = [];
    const refusals: string[] = [];
    const listener: WatchListener = {
      events: (told) => events.push(...told),
      refused: (_path, where, reason) => refusals.push(`${where}: ${reason}`),
      hampered: () => undefined,
      failed: (reason) => resolve({ events, refusals, reason }),
    };
    use(new ConfWatch(path, listener, hangMs));
  });
}

const recorded = (...records: Buffer[]): Buffer => Buffer.concat(records);

function script(text: string): string {
  const path = join(directory, 'script');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the client', () => {
  test('takes records in pieces, several at once, and of any bytes', async () => {
    const folder = recorded(answer(7), event(7, IN_CLOSE_WRITE, 'b.conf'), event(7, IN_DELETE, Buffer.of(0xff)));
    const more = recorded(event(-1, IN_Q_OVERFLOW), event(8, IN_CREATE, 'unknown'), event(7, IN_CREATE, 'dir'));
    const whole = Buffer.concat([folder, more]);
    const pieces = [whole.subarray(0, 3), whole.subarray(3, 41), whole.subarray(41)].map(octal);
    const text = `${pieces.map((piece) => `printf '${piece}'`).join('; sleep 0.1; ')}`;
    expect((await record(script(text), (watch) => watch.watch('/a'))).events).toEqual([
      { kind: 'watching', path: '/a' },
      { kind: 'written', path: '/a/b.conf' },
      { kind: 'gone', path: '/a/\udcff' },
      { kind: 'missed', path: '' },
      { kind: 'created', path: '/a/dir' },
    ]);
  });

  test('tells each path that leads to a folder, and that the folder has gone', async () => {
    const text = octal(recorded(answer(1), answer(1), answer(1), event(1, IN_CREATE, 'x'), event(1, IN_IGNORED)));
    const asked = (watch: ConfWatch) => {
      watch.watch('/a');
      watch.await('/b/x');
      watch.await('/b/y');
    };
    expect((await record(script(`printf '${text}'`), asked)).events).toEqual([
      { kind: 'watching', path: '/a' },
      { kind: 'created', path: '/b/x' },
      { kind: 'created', path: '/b/y' },
      { kind: 'created', path: '/a/x' },
      { kind: 'created', path: '/b/x' },
      { kind: 'lost', path: '/a' },
      { kind: 'gone', path: '/b/x' },
      { kind: 'gone', path: '/b/y' },
    ]);
  });

  test('says nothing of a path that is not watched any more, whatever is still to come of it', async () => {
    const text = octal(recorded(answer(1), answer(-2), event(1, IN_CREATE, 'x')));
    const asked = (watch: ConfWatch) => {
      watch.watch('/a');
      watch.watch('/b');
      watch.unwatch('/a');
      watch.unwatch('/b');
    };
    expect((await record(script(`printf '${text}'`), asked)).events).toEqual([]);
  });

  test('says why a directory cannot be watched, unless it is not there', async () => {
    const asked = (watch: ConfWatch) => {
      for (const path of ['/a b', '/c', '/gone']) watch.watch(path);
      watch.await('/gone/name');
    };
    const text = octal(recorded(answer(-28), answer(-13), answer(-2), answer(-20)));
    const { refusals, events } = await record(script(`printf '${text}'`), asked);
    expect(refusals).toEqual(['/a b: No space left on device', '/c: Permission denied']);
    expect(events).toEqual([
      { kind: 'lost', path: '/gone' },
      { kind: 'gone', path: '/gone/name' },
    ]);
  });

  test.each([
    ['exit 3', 'ended with status 3'],
    ['kill -9 $$', 'ended with SIGKILL'],
  ])('notices that the program has ended: %s', async (text, reason) => {
    expect((await record(script(text), (watch) => watch.watch('/'))).reason).toBe(reason);
  });

  test.each<[string, (watch: ConfWatch) => void]>([
    ['a question', (watch) => void watch.settled()],
    ['a folder to watch', (watch) => watch.watch('/')],
    ['a path to wait for', (watch) => watch.await('/x')],
  ])('ends a program that does not answer to %s', async (_what, use) => {
    const path = script('exec sleep 1000');
    expect((await record(path, use, 300)).reason).toBe('did not answer for 0.3 seconds');
  });
});

describe('the program', () => {
  /** Its output for some input: `ANSWER` or `WATCH:MASK:NAME` each. */
  function run(input: string | Buffer): Promise<{ status: number | null; records: string[] }> {
    return new Promise((resolve) => {
      const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (data: Buffer) => chunks.push(data));
      child.on('close', (status) => resolve({ status, records: readRecords(Buffer.concat(chunks)) }));
      child.stdin.end(input);
    });
  }

  test('answers though there is no end of events', async () => {
    const folder = mkdtempSync(join(directory, 'busy-'));
    const busy = spawn('sh', ['-c', 'while :; do : > a; : > b; : > c; done'], { cwd: folder });
    try {
      const requests = Array.from({ length: 100 }, () => '?\0').join('');
      const { records } = await run(`+${IN_CREATE | IN_CLOSE_WRITE} ${folder}\0${requests}`);
      expect(records.filter((text) => !text.includes(':'))).toEqual(['1', ...Array(100).fill('0')]);
    } finally {
      busy.kill('SIGKILL');
      await once(busy, 'exit');
    }
  });

  test('ends with its input', async () => {
    expect(await run('')).toEqual({ status: 0, records: [] });
  });

  test('answers each request, with the number of an error where there is one', async () => {
    const long = `/${'x'.repeat(300)}`;
    const requests = ['+8 /proc', '+8 /nonexistent', '+8 /', '+8 /proc', `+8 ${long}`, '-1', '-9', '?', '+8', 'x', ''];
    const { records } = await run(requests.map((request) => `${request}\0`).join(''));
    expect(records).toEqual(['1', '-2', '2', '1', '-36', '0', '1:32768:', '-22', '0', '0', '0', '0']);
  });

  test('ends on requests that are none', async () => {
    expect((await run(Buffer.alloc(200_000, 'x'))).status).toBe(0);
  });
});

/** Records as the program writes them. */
function readRecords(bytes: Buffer): string[] {
  const records: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 12);
    const mask = bytes.readUInt32LE(at + 4);
    const name = bytes.toString('utf8', at + 16, at + 16 + length).replaceAll('\0', '');
    records.push(mask === 0 ? String(bytes.readInt32LE(at)) : `${bytes.readInt32LE(at)}:${mask}:${name}`);
    at += 16 + length;
  }
  return records;
}
