import { encodeText } from '@upstart/common';
import { describe, expect, it } from 'vitest';
import { maySet, variableIn, variablesOf } from './variable.ts';

describe('a line', () => {
  it.each([
    ['a=1', 'a=1'],
    ['a=', 'a='],
    ['sys.boot completed=1 2=3', 'sys.boot completed=1 2=3'],
    ['a=1\r', 'a=1'],
    ['a=1\r\r', 'a=1\r'],
    ['', null],
    ['=', null],
    ['a', null],
    ['=1', null],
    ['no variable', null],
    ['a=1\0', null],
  ])('%j is %j', (line, variable) => expect(variableIn(Buffer.from(line))).toBe(variable));

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0x61, 0x3d, 0xff, 0xe9]);
    expect(encodeText(variableIn(bytes) as string)).toEqual(bytes);
  });
});

it('sets no variable of the source, and from other users none that says what is run', () => {
  for (const name of ['SOCKET_TYPE', 'SOCKET_VARIANT', 'SOCKET_PATH', 'CLIENT_UID', 'CLIENT_GID', 'CLIENT_PID'])
    expect(maySet(`${name}=0`, false)).toBe(false);
  for (const name of ['PATH', 'ENV', 'BASH_ENV', 'IFS', 'LD_PRELOAD', 'UPSTART_EVENTS'])
    expect([maySet(`${name}=0`, false), maySet(`${name}=0`, true)]).toEqual([true, false]);
  for (const name of ['sys.boot_completed', 'PATHS', 'MY_PATH', 'CLIENT', 'LD'])
    expect(maySet(`${name}=0`, true)).toBe(true);
});

it('says who the client is, in the order of the original', () => {
  const peer = { pid: 7, uid: 8, gid: 9 };
  expect(variablesOf(peer, '/run/x').join(' ')).toBe(
    'SOCKET_TYPE=unix SOCKET_VARIANT=named CLIENT_UID=8 CLIENT_GID=9 CLIENT_PID=7 SOCKET_PATH=/run/x',
  );
  expect(variablesOf(peer, '@x')).toContain('SOCKET_VARIANT=abstract');
});
