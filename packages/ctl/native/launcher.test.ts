import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DaemonFrame,
  encodeAnswer,
  type Params,
  type RequestFrame,
  RequestStream,
  RUN_LOCALLY,
} from '@upstart/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { dbusAddress } from '../../protocol/src/address.ts';
import { controlSocket } from '../../protocol/src/locate.ts';
import { initIdentity, writeOwner } from '../../protocol/src/run-folder.ts';
import { type TestSession, TestSessions } from '../../protocol/src/testing/sessions.ts';

const SUPERVISOR = join(import.meta.dirname, '../../supervisor');
const SOURCES = [
  ...readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(import.meta.dirname, name)),
  join(SUPERVISOR, 'loop/place.c'),
];
const STRICT = [`-I${SUPERVISOR}`, '-std=gnu11', '-D_GNU_SOURCE=', '-Wall', '-Wextra', '-Werror'];
const SANITIZED = ['-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** The output of the stand-in for ctl.js: how it was called. */
const FAKE_CTL = `
const { NODE_OPTIONS = null, UPSTART_SESSION = null } = process.env;
console.log(JSON.stringify([process.argv.slice(2), NODE_OPTIONS, UPSTART_SESSION]));
process.exitCode = 9;`;

let root: string;
let launcher: string;
let plain: string;
/** Waits for no daemon whose init is gone. */
let hasty: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'upstart-launcher-'));
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'lib', 'upstart'), { recursive: true });
  launcher = join(root, 'bin', 'initctl');
  plain = join(root, 'bin', 'plain');
  execFileSync('cc', [...STRICT, ...SANITIZED, ...SOURCES, '-o', launcher]);
  execFileSync('cc', [...STRICT, '-O2', '-static', ...SOURCES, '-o', plain]);
  hasty = join(root, 'bin', 'hasty');
  execFileSync('cc', [...STRICT, '-O2', '-DREFUSED_MS=0', ...SOURCES, '-o', hasty]);
  symlinkSync(launcher, join(root, 'bin', 'start'));
  writeFileSync(join(root, 'lib', 'upstart', 'ctl.js'), FAKE_CTL);
});
afterAll(() => rmSync(root, { recursive: true }));

type Run = RequestFrame<'run'>;
/** A daemon that hands command lines to `onRun`. */
class FakeDaemon {
  readonly runs: Run[] = [];
  readonly sockets = new Set<Socket>();
  onRun: (run: Run, send: (frame: DaemonFrame) => void, socket: Socket) => void = () => {};
  #server: Server | null = null;

  listen(path: string): Promise<void> {
    this.#server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
      const send = (frame: DaemonFrame): unknown => socket.write(stream.encode(frame));
      const stream = new RequestStream({
        request: (request) => {
          this.runs.push(request as Run);
          this.onRun(request as Run, send, socket);
        },
        refuse: (answer) => send(answer),
      });
      socket.on('data', (chunk) => stream.push(chunk as Buffer));
    });
    return new Promise((resolve) => this.#server?.listen(path, resolve));
  }

  /** The parameters of the first `run`. */
  ran(): Params<'run'> {
    return (this.runs[0] as Run).params;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

let dir: string;
let daemon: FakeDaemon;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'upstart-launch-'));
  daemon = new FakeDaemon();
  await daemon.listen(join(dir, 'control.sock'));
});
afterEach(async () => {
  await daemon.stop();
  rmSync(dir, { recursive: true });
});

interface Launched {
  status: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}
interface Launch {
  program?: string;
  args?: string[];
  env?: Record<string, string>;
  argv0?: string;
  uid?: number;
}

function start({ program = launcher, args = [], env = {}, argv0, uid }: Launch = {}) {
  const child = spawn(program, args, {
    cwd: dir,
    env: { UPSTART_SYSTEM_SOCKET_DIR: dir, UPSTART_NODE: process.execPath, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(argv0 === undefined ? {} : { argv0 }),
    ...(uid === undefined ? {} : { uid }),
  });
  const result: Launched = { status: null, signal: null, out: '', err: '' };
  child.stdout.on('data', (data) => {
    result.out += data;
  });
  child.stderr.on('data', (data) => {
    result.err += data;
  });
  const ended = new Promise<Launched>((resolve) =>
    child.on('close', (status, signal) => resolve({ ...result, status, signal })),
  );
  return { child, result, ended };
}
const launch = (options?: Launch): Promise<Launched> => start(options).ended;

const output = (id: number, fd: 1 | 2, text: string): DaemonFrame => ({ id, fd, data: Buffer.from(text) });

describe('the launcher, where nothing says which daemon is meant', () => {
  let sessions: TestSessions;
  beforeEach(() => {
    sessions = new TestSessions();
  });
  afterEach(() => sessions.close());

  const untold = () => ({ UPSTART_SYSTEM_SOCKET_DIR: '', ...sessions.env });
  /** As locate.ts has it; null where it is not known. */
  function meant(): string | null {
    try {
      return controlSocket('default', untold());
    } catch {
      return null;
    }
  }

  type Begin = (sessions: TestSessions) => Promise<TestSession[]>;
  const folderOf = ({ folder }: TestSession) => folder;
  const socketOf = ({ folder }: TestSession) => join(folder, 'control.sock');
  it.each<[string, 'itself' | 'Node', Begin]>([
    ['one that has announced itself', 'itself', async (all) => [await all.announced()]],
    ['one that is called upstart', 'itself', async (all) => [await all.announced('upstart')]],
    ['one without a run-time folder', 'itself', async (all) => [await all.temporary('')]],
    [
      'one that is announced and one that is not',
      'itself',
      async (all) => [await all.announced(), await all.temporary('')],
    ],
    [
      'one beside one that has gone',
      'itself',
      async (all) => {
        const [gone, live] = [await all.announced(), await all.announced()];
        await all.end(gone.pid);
        return [gone, live];
      },
    ],
    [
      'one without a run-time folder, where an announced one has gone',
      'itself',
      async (all) => {
        const [gone, live] = [await all.announced(), await all.temporary('')];
        await all.end(gone.pid);
        return [gone, live];
      },
    ],
    ['none', 'Node', async () => []],
    ['one with another name', 'Node', async (all) => [await all.temporary()]],
    ['two', 'Node', async (all) => [await all.announced(), await all.announced()]],
    ['two without a run-time folder', 'Node', async (all) => [await all.temporary(''), await all.temporary('')]],
    ['one of which the process has another name', 'Node', async (all) => [await all.announced('other')]],
    [
      'one that has gone',
      'Node',
      async (all) => {
        const gone = await all.announced();
        await all.end(gone.pid);
        return [gone];
      },
    ],
    [
      'one whose folder others can look into',
      'Node',
      async (all) => {
        const session = await all.announced();
        chmodSync(folderOf(session), 0o755);
        return [session];
      },
    ],
    [
      'one whose folder is a link',
      'Node',
      async (all) => {
        const session = await all.announced();
        renameSync(folderOf(session), `${folderOf(session)}.real`);
        symlinkSync(`${folderOf(session)}.real`, folderOf(session));
        return [session];
      },
    ],
    [
      'one of another pid namespace',
      'Node',
      async (all) => {
        const session = await all.announced();
        const init = { ...initIdentity(session.pid), pidNamespace: 'pid:[1]' };
        writeOwner(folderOf(session), init, { sources: [], logDir: '' });
        return [session];
      },
    ],
    [
      'one of another init with a folder of that name',
      'Node',
      async (all) => {
        const session = await all.announced();
        writeOwner(folderOf(session), initIdentity(1), { sources: [], logDir: '' });
        return [session];
      },
    ],
    [
      'one that does not say whose folder it has',
      'Node',
      async (all) => {
        const session = await all.announced();
        rmSync(join(folderOf(session), 'owner'));
        return [session];
      },
    ],
    [
      'one that has announced another address',
      'Node',
      async (all) => {
        const session = await all.announced();
        all.announce(`${session.pid}.session`, `${session.address}/2`);
        return [session];
      },
    ],
    [
      'one and a file that is no announcement',
      'Node',
      async (all) => {
        const session = await all.announced();
        all.announce('of.session', session.address);
        return [session];
      },
    ],
    [
      'one without a socket',
      'Node',
      async (all) => {
        const session = await all.announced();
        rmSync(socketOf(session));
        return [];
      },
    ],
  ])('means the daemon that locate.ts means: %s is found by %s', async (_what, by, begin) => {
    const daemons = new Map<string, FakeDaemon>();
    for (const session of await begin(sessions)) {
      const path = socketOf(session);
      const answering = new FakeDaemon();
      answering.onRun = ({ id }, send) => send({ id, result: 5 });
      rmSync(path);
      await answering.listen(path);
      daemons.set(path, answering);
    }
    const ran = await launch({ args: ['list'], env: untold() });
    const reached = [...daemons].filter(([, { runs }]) => runs.length > 0);
    expect(ran).toMatchObject({ status: by === 'Node' ? 9 : 5, err: '' });
    expect(reached.map(([path]) => path)).toEqual(by === 'Node' ? [] : [meant()]);
    if (by === 'Node') expect(JSON.parse(ran.out)[2]).toBeNull();
    for (const answering of daemons.values()) await answering.stop();
  });

  it.each<[string, 'itself' | 'Node', (sessions: TestSessions) => Promise<TestSession>]>([
    ['that is announced', 'itself', (all) => all.announced()],
    ['without a run-time folder', 'itself', (all) => all.temporary('')],
    ['with another name', 'Node', (all) => all.temporary()],
  ])('reaches one of two, %s, by the pid of its init: by %s', async (_what, by, begin) => {
    await sessions.announced();
    const session = await begin(sessions);
    const answering = new FakeDaemon();
    answering.onRun = ({ id }, send) => send({ id, result: 5 });
    rmSync(socketOf(session));
    await answering.listen(socketOf(session));
    const address = dbusAddress(process.geteuid?.() ?? 0, session.pid);
    const ran = await launch({ args: ['list'], env: { ...untold(), UPSTART_SESSION: address } });
    expect(ran).toMatchObject({ status: by === 'Node' ? 9 : 5, err: '' });
    if (by === 'Node') expect(JSON.parse(ran.out)[2]).toBe(address);
    else expect(answering.ran().env.UPSTART_SESSION).toBe(address);
    await answering.stop();
  });

  it.each(['0/1', '1/2/3', '/', 'x'])('leaves what it does not find to Node: %s', async (more) => {
    const address = `unix:abstract=/com/ubuntu/upstart-session/${more}`;
    const ran = await launch({ args: ['list'], env: { ...untold(), UPSTART_SESSION: address } });
    expect(ran).toMatchObject({ status: 9, err: '' });
    expect(JSON.parse(ran.out)[2]).toBe(address);
  });

  it('leaves a path that Node reads otherwise to Node', async () => {
    await sessions.announced();
    const env = { ...untold(), XDG_RUNTIME_DIR: join(sessions.folder, 'tmp').concat('/../run') };
    expect(await launch({ args: ['list'], env })).toMatchObject({ status: 9, err: '' });
  });

  it.each<[string, Record<string, string>]>([
    ['the folder of the system is given', {}],
    ['that it has none is given', { UPSTART_SESSION: '' }],
  ])('looks for none where %s', async (_what, env) => {
    await sessions.announced();
    daemon.onRun = ({ id }, send) => send({ id, result: 0 });
    expect((await launch({ env: { ...sessions.env, ...env } })).status).toBe(0);
    expect(daemon.ran().env.UPSTART_SESSION ?? '').toBe('');
  });
});

describe('the launcher', () => {
  it('waits for a daemon that is being replaced: its socket is there and refuses', async () => {
    const socket = join(dir, 'control.sock');
    // A daemon that was killed leaves its socket; one that ends by itself removes the name that it has bound.
    renameSync(socket, `${socket}.kept`);
    await daemon.stop();
    renameSync(`${socket}.kept`, socket);
    const { ended } = start({ program: plain, args: ['version'] });
    const next = new FakeDaemon();
    next.onRun = ({ id }, send) => send({ id, result: 0 });
    await next.listen(`${socket}.new`);
    renameSync(`${socket}.new`, socket);
    expect(await ended).toEqual({ status: 0, signal: null, out: '', err: '' });
    expect(next.runs).toHaveLength(1);
    await next.stop();
  });

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
    const ran = await launch({ program: join(root, 'bin', 'start'), args: ['svc'], argv0: '-start' });
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
    const query = new FakeDaemon();
    query.onRun = ({ id }, send) => send({ id, result: 5 });
    await query.listen(join(dir, 'query.sock'));
    for (const [path, mode] of [
      [root, 0o755],
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

  it('becomes ctl.js when there is no daemon', async () => {
    await daemon.stop();
    const ran = await launch({ args: ['status', 'svc'], env: { NODE_OPTIONS: '--no-such-option' } });
    expect(ran).toMatchObject({ status: 9, err: '' });
    expect(JSON.parse(ran.out)).toEqual([['--called-as', launcher, 'status', 'svc'], null, null]);
    await daemon.listen(join(dir, 'control.sock'));
  });

  it('becomes ctl.js when the daemon speaks another version, or says that it is the caller’s business', async () => {
    daemon.onRun = ({ id }, send) => send({ id, result: RUN_LOCALLY });
    expect(await launch({ args: ['log', 'svc'] })).toMatchObject({ status: 9, err: '' });
    const refusal = { code: 'unsupported-version', text: 'no' } as const;
    daemon.onRun = ({ id }, send) => send({ id, error: refusal });
    expect(await launch({ args: ['status', 'svc'] })).toMatchObject({ status: 9, err: '' });
    // One from before there were command lines answers in msgpack.
    daemon.onRun = ({ id }, _send, socket) => socket.end(encodeAnswer({ id, error: refusal }));
    expect(await launch({ args: ['status', 'svc'] })).toMatchObject({ status: 9, err: '' });
  });

  it('becomes ctl.js for a command line that fits no frame', async () => {
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

  it('resumes its wait after a restart of the daemon, with the same key, and repeats no output', async () => {
    daemon.onRun = ({ id }, send, socket) => {
      send(output(id, 1, 'svc start'));
      setImmediate(() => socket.end());
    };
    const { ended } = start({ args: ['start', 'svc'] });
    await eventually(() => daemon.runs.length >= 1);
    await daemon.stop();
    const next = new FakeDaemon();
    let attempts = 0;
    next.onRun = ({ id }, send, socket) => {
      attempts += 1;
      if (attempts === 1) return void socket.destroy();
      send(output(id, 1, 'svc start/run'));
      send(output(id, 1, 'ning\n'));
      send({ id, result: 0 });
    };
    await next.listen(join(dir, 'control.sock'));
    expect(await ended).toEqual({ status: 0, signal: null, out: 'svc start/running\n', err: '' });
    const keys = [...daemon.runs, ...next.runs].map(({ key }) => key);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keys).size).toBe(1);
    await next.stop();
    await daemon.listen(join(dir, 'control.sock'));
  });

  it('waits for a daemon that is just being replaced, whose socket refuses', async () => {
    await daemon.stop();
    const path = join(dir, 'control.sock');
    writeFileSync(path, '');
    const { child, ended } = start({ program: plain });
    await new Promise((resolve) => child.once('spawn', resolve));
    const next = new FakeDaemon();
    next.onRun = ({ id }, send) => send({ id, result: 6 });
    await next.listen(`${path}.new`);
    renameSync(`${path}.new`, path);
    expect((await ended).status).toBe(6);
    await next.stop();
    rmSync(path);
    await daemon.listen(path);
  });

  it('waits longer for a daemon whose init is there to start it again', async () => {
    const program = join(dir, 'init');
    copyFileSync('/bin/sleep', program);
    const init = spawn(program, ['1000']);
    const ended = once(init, 'exit');
    const folder = join(dir, `init-${init.pid}`);
    const socket = join(folder, 'control.sock');
    mkdirSync(folder);
    try {
      await eventually(() => readFileSync(`/proc/${init.pid}/comm`, 'utf8') === 'init\n');
      // A socket without a listener: another name of it, because a daemon that ends removes the one that it has bound.
      const before = new FakeDaemon();
      await before.listen(`${socket}.before`);
      linkSync(`${socket}.before`, socket);
      await before.stop();
      const env = { UPSTART_SESSION: `unix:path=${socket}` };
      const waiting = start({ program: hasty, env });
      await new Promise((resolve) => waiting.child.once('spawn', resolve));
      const next = new FakeDaemon();
      next.onRun = ({ id }, send) => send({ id, result: 6 });
      await next.listen(`${socket}.new`);
      renameSync(`${socket}.new`, socket);
      expect((await waiting.ended).status).toBe(6);
      linkSync(socket, `${socket}.kept`);
      await next.stop();
      renameSync(`${socket}.kept`, socket);
      init.kill();
      await ended;
      // ctl.js says why it cannot be done.
      expect((await start({ program: hasty, env }).ended).status).toBe(9);
    } finally {
      init.kill();
    }
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
