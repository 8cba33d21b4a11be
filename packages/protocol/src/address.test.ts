import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress, querySocket } from './address.ts';

describe('addresses', () => {
  it('are unix:path= and an absolute path, nothing escaped', () => {
    expect(formatAddress('/run/a b%20.sock')).toBe('unix:path=/run/a b%20.sock');
    expect(parseAddress('unix:path=/run/a b%20.sock')).toBe('/run/a b%20.sock');
    for (const other of ['', '/run/x', 'unix:path=', 'unix:path=x', 'unix:abstract=/x', 'tcp:path=/x']) {
      expect(parseAddress(other), other).toBeNull();
    }
  });

  it('of questions are beside those of control', () => {
    expect(querySocket('/s/control.sock')).toBe('/s/query.sock');
  });
});
