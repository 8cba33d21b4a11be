import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isLoopback, listen, placeOf } from './listen.ts';

describe('--listen', () => {
  it.each([
    ['8080', '127.0.0.1', 8080],
    [':8080', '127.0.0.1', 8080],
    ['0', '127.0.0.1', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:80', '::1', 80],
    ['0.0.0.0:80', '0.0.0.0', 80],
  ])('%s', (text, host, port) => expect(placeOf(text)).toEqual({ kind: 'tcp', host, port }));

  it('unix:PATH', () => expect(placeOf('unix:/run/a b')).toEqual({ kind: 'unix', path: '/run/a b' }));

  it.each(['', 'unix:', 'unix:a', '65536', 'a', 'a:b:1', '[a]:1', '[127.0.0.1]:1', '-1', '1.5'])('not %s', (text) =>
    expect(() => placeOf(text)).toThrow('--listen takes'),
  );

  it('tells where the folder of a socket is missing', () =>
    expect(listen(createServer(), { kind: 'unix', path: '/nonexistent/folder/socket' })).rejects.toThrow(
      'cannot listen at /nonexistent/folder/socket: there is no such folder',
    ));

  it('knows loopback', () => {
    expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'localhost.example'].some(isLoopback)).toBe(false);
  });
});
