/** Which daemon the launcher means where neither an option nor the environment names one. */
import { chmodSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dbusAddress } from '../../protocol/src/address.ts';
import { controlSocket } from '../../protocol/src/locate.ts';
import { initIdentity, writeOwner } from '../../protocol/src/run-folder.ts';
import { type TestSession, TestSessions } from '../../protocol/src/testing/sessions.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';
import { Installation, type Launch, SANITIZED, SocketFolder, startLauncher } from './testing/launcher.ts';

const installation = new Installation();
const launcher = installation.compile('initctl', SANITIZED);
afterAll(() => installation.remove());

let sockets: SocketFolder;
let dir: string;
let daemon: FakeDaemon;
beforeEach(async () => {
  sockets = await SocketFolder.withDaemon();
  ({ path: dir, daemon } = sockets);
});
afterEach(() => sockets.remove());

const launch = (options?: Launch) => startLauncher(launcher, dir, options).ended;

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
      daemons.set(path, await FakeDaemon.answering(path, 5));
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
    const answering = await FakeDaemon.answering(socketOf(session), 5);
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
