import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '@upstart/common';
import { type DaemonFrame, encodeAnswer, type RequestFrame, RequestStream } from '@upstart/protocol';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let dir: string;
let server: Server;
const requests: RequestFrame[] = [];
const answers: Record<string, unknown> = {
  hello: { version: 1, daemon: 'init (upstart 1.2.3)', pid: 1 },
  start: { instance: '' },
  config: [{ job: 'web', emits: [], startOn: { op: 'event', name: 'up', args: [] }, stopOn: null }],
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'upstart-main-'));
  await build({
    entryPoints: ['main', 'initctl2dot'].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import{createRequire as create}from'node:module';const require=create(import.meta.url),__dirname=import.meta.dirname,__filename=import.meta.filename;",
    },
    logLevel: 'error',
  });
  server = createServer((socket) => {
    const send = (frame: DaemonFrame): unknown => socket.write(encodeAnswer(frame));
    const stream = new RequestStream({
      request: (request) => {
        requests.push(request);
        const { id, method, params } = request;
        const job = (params as { job?: string }).job ?? '';
        if (method === 'status') send({ id, result: { job, instances: [] } });
        else send({ id, result: (answers[method] ?? null) as null });
      },
      refuse: (answer) => send(answer),
    });
    socket.on('data', (chunk) => stream.push(chunk as Buffer));
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 'control.sock'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

function run(program: string, args: string[], env: Record<string, string> = {}): Promise<[number, string, string]> {
  requests.length = 0;
  return new Promise((resolve) => {
    const child = execFile(
      program === 'sh' ? '/bin/sh' : process.execPath,
      program === 'sh' ? args : [join(dir, program), ...args],
      { env: { PATH: process.env.PATH ?? '', UPSTART_SYSTEM_SOCKET_DIR: dir, ...env }, cwd: dir },
      (_error, out, err) => resolve([child.exitCode ?? -1, out, err]),
    );
  });
}

describe('ctl.js', () => {
  it('is the command it is called as, each call with a key of its own', async () => {
    expect(await run('main.mjs', ['--called-as', '/sbin/start', 'web'])).toEqual([0, 'web stop/waiting\n', '']);
    expect(requests.map(({ method }) => method)).toEqual(['hello', 'start', 'status']);
    const [, first, second] = requests.map(({ key }) => key);
    expect(first).toMatch(/^[0-9a-f-]{36}:1$/);
    expect(second).toBe(first?.replace(/1$/, '2'));
  });

  it('says that there is no daemon', async () => {
    const env = { UPSTART_SESSION: `unix:path=${dir}/none.sock` };
    expect(await run('main.mjs', ['--called-as', 'initctl', 'status', 'web'], env)).toEqual([
      1,
      '',
      `initctl: Unable to connect to Upstart: Failed to connect to socket ${dir}/none.sock: No such file or directory\n`,
    ]);
    const [, , err] = await run('main.mjs', ['--called-as', 'initctl', 'status', 'web', '--user']);
    expect(err).toBe("initctl: UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.\n");
  });

  it('passes arguments on as the bytes they are', async () => {
    const script = join(dir, 'call.sh');
    const line = `exec ${process.execPath} ${join(dir, 'main.mjs')} --called-as status 'a`;
    writeFileSync(script, Buffer.concat([Buffer.from(line), Buffer.of(0xff), Buffer.from("'\n")]));
    await run('sh', [script]);
    expect(requests.at(-1)?.params).toEqual({ job: 'a\udcff', env: [] });
  });

  it('carries out a command whose output nobody takes', async () => {
    const line = `exec ${process.execPath} ${join(dir, 'main.mjs')} --called-as start web >&-`;
    expect((await run('sh', ['-c', line]))[0]).toBe(0);
    expect(requests.map(({ method }) => method)).toContain('start');
  });

  it('has the version of its package', () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));
    expect(VERSION).toBe(manifest.version);
  });
});

describe('initctl2dot', () => {
  it('asks the daemon and writes a graph', async () => {
    const [status, out, err] = await run('initctl2dot.mjs', ['-o', '-']);
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('event_up -> job_web:start');
    expect((await run('initctl2dot.mjs', []))[0]).toBe(0);
    expect(readFileSync(join(dir, 'upstart.dot'), 'utf8')).toBe(out);
  });

  it('takes a file, some jobs and other colours', async () => {
    writeFileSync(join(dir, 'config'), 'a\n  start on x (job:, env:)\nb\n');
    const [, out] = await run('initctl2dot.mjs', ['-f', 'config', '-r', 'a', '--color-start-on=pink', '-o', '-']);
    expect(out).toContain('event_x -> job_a:start [color="pink"]');
    expect(out).not.toContain('job_b');
    expect(requests).toEqual([]);
  });

  it('says what is wrong', async () => {
    const mistakes: [string[], string][] = [
      [['-f', 'none'], "ERROR: cannot read file 'none'\n"],
      [['-f', 'config', '-r', 'z'], 'ERROR: unknown job z\n'],
      [['-f', 'config', '-o', '/nowhere/x'], "ERROR: cannot open file '/nowhere/x' for writing\n"],
      [['--user'], "ERROR: cannot run 'initctl --user show-config -e': initctl: UPSTART_SESSION isn't set"],
    ];
    for (const [args, message] of mistakes) {
      const [status, , err] = await run('initctl2dot.mjs', args);
      expect([status, err.startsWith(message)], `${args}: ${err}`).toEqual([1, true]);
    }
  });
});
