/** The launcher while the daemon is being replaced: it waits, and asks the next one with the same key. */
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { FakeDaemon, output } from './testing/fake-daemon.ts';
import { Installation, type Launch, SANITIZED, SocketFolder, STATIC, startLauncher } from './testing/launcher.ts';

const installation = new Installation();
const launcher = installation.compile('initctl', SANITIZED);
/** Waits for a first connection, however long a slow machine takes. */
const plain = installation.compile('plain', [...STATIC, '-DREFUSED_MS=3600000']);
/** Does not wait for a first connection. */
const hasty = installation.compile('hasty', [...STATIC, '-DREFUSED_MS=0']);
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

describe('the launcher', () => {
  it('waits for a daemon that is being replaced: its socket is there and refuses', async () => {
    const socket = join(dir, 'control.sock');
    // A daemon that was killed leaves its socket; one that ends by itself removes the name that it has bound.
    renameSync(socket, `${socket}.kept`);
    await daemon.stop();
    renameSync(`${socket}.kept`, socket);
    const { ended } = start({ program: plain, args: ['version'] });
    const next = await FakeDaemon.answering(socket, 0);
    expect(await ended).toEqual({ status: 0, signal: null, out: '', err: '' });
    expect(next.runs).toHaveLength(1);
    await next.stop();
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
    const next = await FakeDaemon.answering(path, 6);
    expect((await ended).status).toBe(6);
    await next.stop();
    rmSync(path);
    await daemon.listen(path);
  });

  it('leaves it to Node to wait longer, where nobody has listened', async () => {
    const socket = join(dir, 'refusing.sock');
    // A socket without a listener: another name of it, because a daemon that ends removes the one that it has bound.
    const before = new FakeDaemon();
    await before.listen(`${socket}.before`);
    linkSync(`${socket}.before`, socket);
    await before.stop();
    expect(await start({ program: hasty, env: { UPSTART_SESSION: `unix:path=${socket}` } }).ended).toMatchObject({
      status: 9,
      err: '',
    });
  });
});
