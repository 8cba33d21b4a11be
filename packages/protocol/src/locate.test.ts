import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dbusAddress, formatAddress } from './address.ts';
import { AddressError, controlSocket, isSession } from './locate.ts';
import { TestSessions } from './testing/sessions.ts';

describe('the daemon that is meant', () => {
  it('is the session that is named, unless the system is asked for', () => {
    const session = { UPSTART_SESSION: 'unix:path=/s/control.sock' };
    expect(controlSocket('default', session)).toBe('/s/control.sock');
    expect(controlSocket('user', session)).toBe('/s/control.sock');
    expect(controlSocket('system', session)).toBe('/run/upstart/control.sock');
    expect(controlSocket('default', { UPSTART_SESSION: '' })).toBe('/run/upstart/control.sock');
    expect(controlSocket('default', { UPSTART_SYSTEM_SOCKET_DIR: '/tmp/x' })).toBe('/tmp/x/control.sock');
    const named = [isSession('default', session), isSession('default', { UPSTART_SESSION: '' })];
    expect([...named, isSession('system', session), isSession('user', {})]).toEqual([true, false, false, true]);
  });

  it('is reported as wrong', () => {
    expect(() => controlSocket('user', { UPSTART_SESSION: '' })).toThrow(
      "UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.",
    );
    expect(() => controlSocket('default', { UPSTART_SESSION: 'unix:abstract=/x' })).toThrow(
      'Unable to connect to Upstart: UPSTART_SESSION is unix:abstract=/x, where unix:path=/PATH is expected',
    );
    expect(() => controlSocket('default', { UPSTART_SESSION: dbusAddress(1, 4194305) })).toThrow(
      'Unable to connect to Upstart: Failed to connect to socket /com/ubuntu/upstart-session/1/4194305: Connection refused',
    );
  });
});

describe('a session by the address that D-Bus clients know', () => {
  let sessions: TestSessions;
  beforeEach(() => {
    sessions = new TestSessions();
  });
  afterEach(() => sessions.close());
  const uid = process.geteuid?.() ?? 0;

  it('is found in either folder, and only if the folder is its own', async () => {
    for (const { pid, folder } of [await sessions.announced(), await sessions.temporary('')]) {
      const env = { ...sessions.env, UPSTART_SESSION: dbusAddress(uid, pid) };
      expect(dirname(controlSocket('default', env))).toBe(folder);
      expect(() => controlSocket('default', { ...env, UPSTART_SESSION: dbusAddress(uid + 1, pid) })).toThrow(
        AddressError,
      );
      chmodSync(dirname(controlSocket('default', env)), 0o755);
      expect(() => controlSocket('default', env)).toThrow(AddressError);
    }
  });

  it('is found by the environment of its init', async () => {
    const { pid, folder } = await sessions.announced('init', sessions.env);
    const env = { UPSTART_SESSION: dbusAddress(uid, pid) };
    expect(dirname(controlSocket('default', env))).toBe(folder);
  });
});

describe('the daemon that is meant by default', () => {
  let sessions: TestSessions;
  beforeEach(() => {
    sessions = new TestSessions();
  });
  afterEach(() => sessions.close());
  const meant = (scope: 'default' | 'user' = 'default', env = {}) =>
    formatAddress(controlSocket(scope, { ...sessions.env, ...env }));

  it('is the only session; without one it is that of the system', async () => {
    expect(meant()).toBe('unix:path=/run/upstart/control.sock');
    expect(isSession('default', sessions.env)).toBe(false);
    expect(() => meant('user')).toThrow("UPSTART_SESSION isn't set in the environment.");
    const { folder } = await sessions.announced();
    const socket = formatAddress(join(folder, 'control.sock'));
    expect([meant(), meant('user')]).toEqual([socket, socket]);
    expect(isSession('default', sessions.env)).toBe(true);
    expect(meant('default', { UPSTART_SESSION: '' })).toBe('unix:path=/run/upstart/control.sock');
    expect(meant('default', { UPSTART_SYSTEM_SOCKET_DIR: '/x' })).toBe('unix:path=/x/control.sock');
  });

  it('is none of several, which are named', async () => {
    const both = [await sessions.announced(), await sessions.announced()].sort((a, b) => a.pid - b.pid);
    const lines = both.map(({ pid, address }) => `  UPSTART_SESSION=${address} (init, process ${pid})`);
    const text = `You have several sessions, expected one of them in the environment:\n${lines.join('\n')}`;
    for (const scope of ['default', 'user'] as const) {
      expect(() => meant(scope)).toThrow(AddressError);
      expect(() => meant(scope)).toThrow(text);
    }
    expect(isSession('default', sessions.env)).toBe(true);
  });
});
