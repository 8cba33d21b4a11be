/** The program conf-watch and its client, beyond what watching.test.ts shows of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfWatch } from './conf-watch.ts';
import { buildConfWatch } from './test-configuration.ts';
import type { WatchEvent, WatchListener } from './watcher.ts';

let directory: string;
let program: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'conf-watch-'));
  program = buildConfWatch(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Everything that a client says of a program until the program has ended. */
function record(path: string, use: (watch: ConfWatch) => void = () => undefined, hangMs?: number) {
  return new Promise<{ events: WatchEvent[]; refusals: string[]; reason: string }>((resolve) => {
    const events: WatchEvent[] = [];
    const refusals: string[] = [];
    const listener: WatchListener = {
      events: (told) => events.push(...told),
      refused: (where, reason) => refusals.push(`${where}: ${reason}`),
      hampered: () => undefined,
      failed: (reason) => resolve({ events, refusals, reason }),
    };
    use(new ConfWatch(path, listener, hangMs));
  });
}

function script(text: string): string {
  const path = join(directory, 'script');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the client', () => {
  test('takes records in pieces, several at once, and of any bytes', async () => {
    const text = "printf 'w/a'; printf '/b.conf\\0g/\\377\\0o\\0?'; printf 'x\\0+/d\\0!7\\0'";
    expect((await record(script(text))).events).toEqual([
      { kind: 'written', path: '/a/b.conf' },
      { kind: 'gone', path: '/\udcff' },
      { kind: 'missed', path: '' },
      { kind: 'watching', path: '/d' },
    ]);
  });

  test('says why a directory cannot be watched', async () => {
    const { refusals } = await record(script("printf 'e28 /a b\\0e13 /c\\0'"));
    expect(refusals).toEqual(['/a b: No space left on device', '/c: Permission denied']);
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
  /** What it writes for some input, records separated by spaces. */
  function run(input: string | Buffer): Promise<{ status: number | null; output: string }> {
    return new Promise((resolve) => {
      const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString().replaceAll('\0', ' ');
      });
      child.on('close', (status) => resolve({ status, output }));
      child.stdin.end(input);
    });
  }

  test('answers though there is no end of events', async () => {
    const folder = mkdtempSync(join(directory, 'busy-'));
    const busy = spawn('sh', ['-c', 'while :; do : > a; : > b; : > c; done'], { cwd: folder });
    try {
      const requests = Array.from({ length: 100 }, () => '?\0\0').join('');
      const { output } = await run(`+${folder}\0\0${requests}`);
      expect(output.match(/\?/g)).toHaveLength(100);
    } finally {
      busy.kill('SIGKILL');
      await once(busy, 'exit');
    }
  });

  test('ends with its input', async () => {
    expect(await run('')).toEqual({ status: 0, output: '' });
  });

  test('answers each request', async () => {
    const requests = [
      '+/proc',
      '',
      '+/nonexistent',
      '',
      '+/',
      'name',
      '+/nonexistent',
      'name',
      '-/proc',
      '',
      '-/x',
      '',
      '?',
      '',
    ];
    const { output } = await run(`${requests.join('\0')}\0`);
    expect(output).toBe('+/proc l/nonexistent c//name g/nonexistent/name ? ');
  });

  test('says the number of an error', async () => {
    const long = `/${'x'.repeat(300)}`;
    expect((await run(`+${long}\0\0`)).output).toBe(`e36 ${long} `);
  });

  test('ends on requests that are none', async () => {
    expect((await run(Buffer.alloc(200_000, 'x'))).status).toBe(0);
    expect(await run('\0\0!\0\0no\0')).toEqual({ status: 0, output: '' });
  });
});
