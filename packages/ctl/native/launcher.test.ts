/** The launcher: its command line goes to the daemon, output and status come back; without a daemon it becomes ctl.cjs. */
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeAnswer, RUN_LOCALLY } from '@upstart/protocol';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { FakeDaemon, output } from './testing/fake-daemon.ts';
import { Installation, type Launch, SANITIZED, SocketFolder, STATIC, startLauncher } from './testing/launcher.ts';

const installation = new Installation();
const launcher = installation.compile('initctl', SANITIZED);
const plain = installation.compile('plain', STATIC);
/** A command with a name of its own. */
const link = join(installation.root, 'bin', 'start');
symlinkSync(launcher, link);
afterAll(() => installation.remove());

let sockets: SocketFolder;
let dir: string;
let daemon: FakeDaemon;
beforeEach(async () => {
  sockets = await SocketFolder.withDaemon();
  ({ path: dir, daemon } = sockets);
});
afterEach(() => sockets.remove());

const start = ({ program = launcher, ...options }: Launch = {}) => startLauncher(program, dir, options);
const launch = (options?: Launch) => start(options).ended;

describe('the launcher', () => {
  it('sends its command line and its surroundings, and copies output and status back', async () => {
    daemon.onRun = ({ id }, send) => {
      send(output(id, 1, 'one '));
      send(output(id, 2, 'trouble\n'));
      send(output(id, 1, 'two\n'));
      send({ id, result: 3 });
    };
    const env = { UPSTART_JOB: 'job', UPSTART_INSTANCE: '', TERM: 'xterm', SECRET: 'x' };
    const ran = await launch({ args: ['-q', 'status', 'svc', ''], env });
    expect(ran).toEqual({ status: 3, signal: null, out: 'one two\n', err: 'trouble\n' });
    expect(daemon.ran()).toEqual({
      argv: [launcher, '-q', 'status', 'svc', ''],
      cwd: dir,
      env: { UPSTART_JOB: 'job', UPSTART_INSTANCE: '', TERM: 'xterm' },
      terminal: { out: false, err: false, columns: 0 },
    });
    expect(daemon.runs[0]?.key).toMatch(new RegExp(`^\\d+-${process.pid}-\\d+\\.\\d{9}$`));
  });

  it('works without sanitizers and static, as it is installed', async () => {
    daemon.onRun = ({ id }, send) => send({ id, result: 0 });
    expect(await launch({ program: plain, args: ['x'.repeat(1000)] })).toMatchObject({ status: 0, err: '' });
  });

  it('goes by the name of its link', async () => {
    daemon.onRun = ({ id }, send) => send({ id, error: { code: 'internal', text: 'Internal error: x' } });
    const ran = await launch({ program: link, args: ['svc'], argv0: '-start' });
    expect(ran).toMatchObject({ status: 1, err: 'start: Internal error: x\n' });
    expect(daemon.ran().argv).toEqual(['-start', 'svc']);
  });

  it('passes bytes that are no UTF-8 through, and large output', async () => {
    const name = join(dir, 'call.sh');
    writeFileSync(
      name,
      Buffer.concat([Buffer.from(`exec ${launcher} status 'a`), Buffer.of(0xff), Buffer.from("'\n")]),
    );
    const large = 'x'.repeat(3_000_000);
    daemon.onRun = ({ id }, send) => {
      send(output(id, 1, large));
      send({ id, result: 0 });
    };
    const ran = await launch({ program: '/bin/sh', args: [name] });
    expect([ran.status, ran.out.length]).toEqual([0, large.length]);
    expect(daemon.ran().argv.slice(1)).toEqual(['status', 'a\udcff']);
  });

  it('finds the session, and the socket for questions when the other is not for it', async () => {
    daemon.onRun = ({ id }, send) => send({ id, result: 4 });
    const session = { UPSTART_SYSTEM_SOCKET_DIR: '/nowhere', UPSTART_SESSION: `unix:path=${dir}/control.sock` };
    expect((await launch({ env: session })).status).toBe(4);
    expect((await launch({ env: { UPSTART_SESSION: '' } })).status).toBe(4);
    expect((await launch({ env: { ...session, UPSTART_SESSION: 'unix:abstract=/x' } })).status).toBe(9);
    expect((await launch({ env: { ...session, UPSTART_SESSION: `unix:path=/${'x'.repeat(120)}` } })).status).toBe(9);
  });

  it.runIf(process.getuid?.() === 0)('asks at the socket for questions when the other is not for it', async () => {
    const query = await FakeDaemon.answering(join(dir, 'query.sock'), 5);
    for (const [path, mode] of [
      [installation.root, 0o755],
      [dir, 0o755],
      [join(dir, 'control.sock'), 0o600],
      [join(dir, 'query.sock'), 0o666],
    ] as const) {
      chmodSync(path, mode);
    }
    expect((await launch({ program: plain, uid: 65534 })).status).toBe(5);
    daemon.onRun = ({ id }, send) => send({ id, result: 4 });
    expect((await launch({ program: plain })).status).toBe(4);
    await query.stop();
  });

  it('becomes ctl.cjs when there is no daemon', async () => {
    await daemon.stop();
    const ran = await launch({ args: ['status', 'svc'], env: { NODE_OPTIONS: '--no-such-option' } });
    expect(ran).toMatchObject({ status: 9, err: '' });
    expect(JSON.parse(ran.out)).toEqual([['--called-as', launcher, 'status', 'svc'], null, null]);
    await daemon.listen(join(dir, 'control.sock'));
  });

  it('becomes ctl.cjs when the daemon speaks another version, or says that it is the caller’s business', async () => {
    daemon.onRun = ({ id }, send) => send({ id, result: RUN_LOCALLY });
    expect(await launch({ args: ['log', 'svc'] })).toMatchObject({ status: 9, err: '' });
    const refusal = { code: 'unsupported-version', text: 'no' } as const;
    daemon.onRun = ({ id }, send) => send({ id, error: refusal });
    expect(await launch({ args: ['status', 'svc'] })).toMatchObject({ status: 9, err: '' });
    // One from before there were command lines answers in msgpack.
    daemon.onRun = ({ id }, _send, socket) => socket.end(encodeAnswer({ id, error: refusal }));
    expect(await launch({ args: ['status', 'svc'] })).toMatchObject({ status: 9, err: '' });
  });

  it('becomes ctl.cjs for a command line that fits no frame', async () => {
    const args = Array.from({ length: 11 }, () => 'x'.repeat(100_000));
    const ran = await launch({ args });
    expect([ran.status, JSON.parse(ran.out)[0].length]).toEqual([9, 13]);
  });

  it('says that it cannot connect when there is no Node either', async () => {
    await daemon.stop();
    // A shell that has nothing on its PATH; the usual places are looked at all the same.
    const ran = await launch({ env: { UPSTART_NODE: '/nowhere/node', PATH: '/nowhere' } });
    expect([1, 9]).toContain(ran.status);
    if (ran.status === 1) expect(ran.err).toContain('Unable to connect to Upstart: Failed to connect to socket');
    await daemon.listen(join(dir, 'control.sock'));
  });

  it('dies by a signal, and the daemon notices', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { child, ended } = start({ program: plain, args: ['start', 'svc'] });
      await eventually(() => daemon.sockets.size === 1 && daemon.runs.length > 0);
      child.kill(signal);
      expect((await ended).signal).toBe(signal);
      await eventually(() => daemon.sockets.size === 0);
      daemon.runs.length = 0;
    }
  });

  it('ends when nobody reads its output any more', async () => {
    daemon.onRun = ({ id }, send) => send(output(id, 1, 'x'.repeat(300_000)));
    const { child, ended } = start({ program: plain });
    child.stdout.destroy();
    expect((await ended).signal).toBe('SIGPIPE');
  });

  it('does not take its socket for a closed standard output', async () => {
    daemon.onRun = ({ id }, send) => {
      send(output(id, 1, 'for nobody\n'));
      send({ id, result: 0 });
    };
    const ran = await launch({ program: '/bin/sh', args: ['-c', `exec ${launcher} status svc >&- 2>&- <&-`] });
    expect(ran).toEqual({ status: 0, signal: null, out: '', err: '' });
  });

  it('survives answers that make no sense', async () => {
    const bad: [string, Buffer][] = [
      ['too long', Buffer.of(1, 0, 0, 1)],
      ['empty', Buffer.of(0, 0, 0, 0)],
      ['of no known kind', Buffer.of(1, 0, 0, 0, 6)],
      ['a map', Buffer.of(3, 0, 0, 0, 0x81, 0xa2, 0x69)],
    ];
    for (const [what, bytes] of bad) {
      daemon.onRun = ({ id }, send, socket) => {
        send(output(id, 1, ''));
        socket.write(bytes);
      };
      const ran = await launch({ args: ['status', 'svc'] });
      expect(ran.status, what).toBe(1);
      expect(ran.err, what).toMatch(
        /^initctl: The init daemon sent (something else than an answer|a frame that is too long)\n$/,
      );
    }
    daemon.onRun = (_run, _send, socket) => socket.write(Buffer.of(1, 0, 0, 0, 3));
    expect(await launch({ args: ['status', 'svc'] }), 'without a status').toMatchObject({ status: 1, err: '' });
  });
});
