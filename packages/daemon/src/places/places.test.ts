import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { dbusAddress, type InitIdentity } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOptions } from '../options/options.ts';
import { choosePlaces } from './places.ts';

const identity = (pid: number, pidNamespace = 'pid:[1]'): InitIdentity => ({ pid, pidNamespace, boot: 'this-boot' });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the places of a session', () => {
  it('follow the XDG folders, and are for their owner alone', () => {
    const env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), XDG_CONFIG_DIRS: '/x:rel:/y' };
    const places = choosePlaces(parseOptions(['--user']), env, identity(42), true);
    expect(places).toEqual({
      sources: [
        ...[join(home, '.config/upstart'), join(home, '.init'), '/x/upstart', '/y/upstart'],
        '/usr/share/upstart/sessions',
      ],
      logDir: join(home, '.cache/upstart'),
      runtimeDir: join(home, 'run/upstart/init-42'),
      sessionFile: join(home, 'run/upstart/sessions/42.session'),
      sessionAddress: dbusAddress(process.getuid?.() ?? 0, 42),
    });
    for (const directory of [places.runtimeDir, join(home, '.config/upstart')]) {
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    }
  });

  it('have the address of the control socket where D-Bus clients cannot reach it', () => {
    const env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run') };
    expect(choosePlaces(parseOptions(['--user']), env, identity(42), false)).toMatchObject({
      runtimeDir: join(home, 'run/upstart/init-42'),
      sessionAddress: `unix:path=${join(home, 'run/upstart/init-42/control.sock')}`,
    });
  });

  it('are what options say, in order of precedence', () => {
    const args = ['--user', '--append-confdir=/c', '--confdir=/b', '--prepend-confdir=/a', '--logdir=/l'];
    const env = { HOME: home, XDG_RUNTIME_DIR: home };
    expect(choosePlaces(parseOptions(args), env, identity(1), true)).toMatchObject({
      sources: ['/a', '/b', '/c'],
      logDir: '/l',
    });
  });

  it('are the same for the next daemon of that init, also where somebody else was first', () => {
    const options = parseOptions(['--user']);
    const env = { HOME: home };
    const initPid = 4_194_304 + process.pid;
    const plain = choosePlaces(options, env, identity(initPid), true).runtimeDir;
    try {
      expect(choosePlaces(options, env, identity(initPid), true).runtimeDir).toBe(plain);
      chmodSync(plain, 0o777);
      const other = choosePlaces(options, env, identity(initPid), true).runtimeDir;
      expect(other.startsWith(`${plain}-`)).toBe(true);
      expect(choosePlaces(options, env, identity(initPid), true).runtimeDir).toBe(other);
      rmSync(other, { recursive: true });
    } finally {
      rmSync(plain, { recursive: true });
    }
  });

  it.each<[string, (runtime: string) => void]>([
    ['may be emptied by others', (runtime) => chmodSync(runtime, 0o777)],
    ['has a folder of ours that others may write to', (runtime) => chmodSync(join(runtime, 'upstart'), 0o777)],
    [
      'has a link in its place',
      (runtime) => {
        renameSync(join(runtime, 'upstart'), join(home, 'elsewhere'));
        symlinkSync(join(home, 'elsewhere'), join(runtime, 'upstart'));
      },
    ],
  ])('are elsewhere, and not announced, where a run-time folder %s', (_what, spoil) => {
    const runtime = join(home, 'run');
    mkdirSync(join(runtime, 'upstart'), { recursive: true, mode: 0o755 });
    const find = () =>
      choosePlaces(
        parseOptions(['--user', '--confdir=/b']),
        { HOME: home, XDG_RUNTIME_DIR: runtime },
        identity(7),
        true,
      );
    expect(find().runtimeDir).toBe(join(runtime, 'upstart/init-7'));
    spoil(runtime);
    const places = find();
    expect(places.sessionFile).toBeNull();
    expect(places.runtimeDir.startsWith(runtime)).toBe(false);
    expect(statSync(places.runtimeDir).mode & 0o777).toBe(0o700);
    rmSync(places.runtimeDir, { recursive: true });
  });

  it('are in a run-time folder that others have too, if they cannot take ours away', () => {
    const runtime = join(home, 'run');
    mkdirSync(runtime);
    chmodSync(runtime, 0o1777);
    const places = choosePlaces(
      parseOptions(['--user', '--confdir=/b']),
      { HOME: home, XDG_RUNTIME_DIR: runtime },
      identity(7),
      true,
    );
    expect(places.runtimeDir).toBe(join(runtime, 'upstart/init-7'));
  });

  it('are elsewhere where a run-time folder is missing or its path too long for a socket', () => {
    for (const runtime of [undefined, join(home, 'x'.repeat(90))]) {
      const places = choosePlaces(
        parseOptions(['--user', '--confdir=/b']),
        { HOME: home, XDG_RUNTIME_DIR: runtime },
        identity(7),
        true,
      );
      expect(places.runtimeDir.startsWith(tmpdir())).toBe(true);
      expect(Buffer.byteLength(`${places.runtimeDir}/control.sock`)).toBeLessThan(108);
      rmSync(places.runtimeDir, { recursive: true });
    }
  });

  it('are absolute, wherever the options count from', () => {
    const args = ['--user', '--confdir=jobs', '--logdir', 'logs/..'];
    const places = choosePlaces(parseOptions(args), { HOME: home, XDG_RUNTIME_DIR: home }, identity(1), true);
    expect(places).toMatchObject({ sources: [join(process.cwd(), 'jobs')], logDir: process.cwd() });
    const system = choosePlaces(
      parseOptions([]),
      { UPSTART_CONFDIR: 'c', UPSTART_SYSTEM_SOCKET_DIR: home },
      identity(1),
      true,
    );
    expect(system.sources).toEqual([join(process.cwd(), 'c')]);
  });

  it('are not those of another init with the same pid, in another pid namespace', () => {
    const choose = (init: InitIdentity) =>
      choosePlaces(parseOptions(['--user', '--confdir=/b']), { HOME: home, XDG_RUNTIME_DIR: home }, init, true);
    const first = choose(identity(7));
    const second = choose(identity(7, 'pid:[2]'));
    const own = join(home, 'upstart/init-7');
    expect(first.runtimeDir).toBe(own);
    expect(second.runtimeDir).toMatch(new RegExp(`^${own}-\\w{6}$`));
    expect(basename(second.sessionFile ?? '')).toBe(`${basename(second.runtimeDir).replace('init-', '')}.session`);
    // Each finds its own again.
    expect([choose(identity(7)), choose(identity(7, 'pid:[2]'))]).toEqual([first, second]);
    // Processes from before the last boot cannot be there any more.
    expect(choose({ ...identity(7, 'pid:[3]'), boot: 'next-boot' }).runtimeDir).toBe(own);
  });
});
