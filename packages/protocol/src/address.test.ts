import { describe, expect, it } from 'vitest';
import { AddressError, controlSocket, formatAddress, isSession, parseAddress, querySocket } from './address.ts';

describe('addresses', () => {
  it('are unix:path= and an absolute path, nothing escaped', () => {
    expect(formatAddress('/run/a b%20.sock')).toBe('unix:path=/run/a b%20.sock');
    expect(parseAddress('unix:path=/run/a b%20.sock')).toBe('/run/a b%20.sock');
    for (const other of ['', '/run/x', 'unix:path=', 'unix:path=x', 'unix:abstract=/x', 'tcp:path=/x']) {
      expect(parseAddress(other), other).toBeNull();
    }
  });

  it('lead to the session when there is one, unless the system is asked for', () => {
    const session = { UPSTART_SESSION: 'unix:path=/s/control.sock' };
    expect(controlSocket('default', session)).toBe('/s/control.sock');
    expect(controlSocket('user', session)).toBe('/s/control.sock');
    expect(controlSocket('system', session)).toBe('/run/upstart/control.sock');
    expect(controlSocket('default', {})).toBe('/run/upstart/control.sock');
    expect(controlSocket('default', { UPSTART_SESSION: '' })).toBe('/run/upstart/control.sock');
    expect(controlSocket('default', { UPSTART_SYSTEM_SOCKET_DIR: '/tmp/x' })).toBe('/tmp/x/control.sock');
    expect(querySocket('/s/control.sock')).toBe('/s/query.sock');
    expect([isSession('default', session), isSession('default', {}), isSession('system', session)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('say what is wrong with them', () => {
    expect(() => controlSocket('user', {})).toThrow(AddressError);
    expect(() => controlSocket('user', { UPSTART_SESSION: '' })).toThrow(
      "UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.",
    );
    expect(() => controlSocket('default', { UPSTART_SESSION: 'unix:abstract=/x' })).toThrow(
      'Unable to connect to Upstart: UPSTART_SESSION is unix:abstract=/x, where unix:path=/PATH is expected',
    );
  });
});
