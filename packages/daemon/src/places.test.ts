import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { findPlaces } from './places.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the places of a session', () => {
  it('follow the XDG folders, and are for their owner alone', () => {
    const env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), XDG_CONFIG_DIRS: '/x:rel:/y' };
    const places = findPlaces(parseOptions(['--user']), env, 42);
    expect(places).toEqual({
      sources: [
        ...[join(home, '.config/upstart'), join(home, '.init'), '/x/upstart', '/y/upstart'],
        '/usr/share/upstart/sessions',
      ],
      logDir: join(home, '.cache/upstart'),
      runtimeDir: join(home, 'run/upstart/init-42'),
      sessionFile: join(home, 'run/upstart/sessions/42.session'),
      sessionAddress: `unix:path=${join(home, 'run/upstart/init-42/control.sock')}`,
    });
    for (const directory of [places.runtimeDir, join(home, '.config/upstart')]) {
      expect(statSync(directory).mode & 0o777).toBe(0o700);
    }
  });

  it('are what options say, in order of precedence', () => {
    const args = ['--user', '--append-confdir=/c', '--confdir=/b', '--prepend-confdir=/a', '--logdir=/l'];
    const env = { HOME: home, XDG_RUNTIME_DIR: home };
    expect(findPlaces(parseOptions(args), env, 1)).toMatchObject({ sources: ['/a', '/b', '/c'], logDir: '/l' });
  });

  it('are the same for the next daemon of that init, also where somebody else was first', () => {
    const options = parseOptions(['--user']);
    const env = { HOME: home };
    const initPid = 4_194_304 + process.pid;
    const plain = findPlaces(options, env, initPid).runtimeDir;
    try {
      expect(findPlaces(options, env, initPid).runtimeDir).toBe(plain);
      chmodSync(plain, 0o777);
      const other = findPlaces(options, env, initPid).runtimeDir;
      expect(other.startsWith(`${plain}-`)).toBe(true);
      expect(findPlaces(options, env, initPid).runtimeDir).toBe(other);
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
      findPlaces(parseOptions(['--user', '--confdir=/b']), { HOME: home, XDG_RUNTIME_DIR: runtime }, 7);
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
    const places = findPlaces(parseOptions(['--user', '--confdir=/b']), { HOME: home, XDG_RUNTIME_DIR: runtime }, 7);
    expect(places.runtimeDir).toBe(join(runtime, 'upstart/init-7'));
  });

  it('are elsewhere where a run-time folder is missing or its path too long for a socket', () => {
    for (const runtime of [undefined, join(home, 'x'.repeat(90))]) {
      const places = findPlaces(parseOptions(['--user', '--confdir=/b']), { HOME: home, XDG_RUNTIME_DIR: runtime }, 7);
      expect(places.runtimeDir.startsWith(tmpdir())).toBe(true);
      expect(Buffer.byteLength(`${places.runtimeDir}/control.sock`)).toBeLessThan(108);
      rmSync(places.runtimeDir, { recursive: true });
    }
  });
});
