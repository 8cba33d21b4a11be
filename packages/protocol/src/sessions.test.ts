import { chmodSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { initIdentity, writeOwner } from './run-folder.ts';
import { findSessions, type Session } from './sessions.ts';
import { TestSessions } from './testing/sessions.ts';

let sessions: TestSessions;
beforeEach(() => {
  sessions = new TestSessions();
});
afterEach(() => sessions.close());

const folderOf = ({ address }: Session): string => dirname(parseAddress(address) ?? '');

describe('the sessions of a user', () => {
  it('are those that are announced, and without any those that could not announce themselves', async () => {
    const { env } = sessions;
    expect(findSessions(env)).toEqual([]);
    const temporary = await sessions.temporary();
    expect(findSessions(env)).toEqual([temporary]);
    expect(findSessions({ ...env, XDG_RUNTIME_DIR: undefined })).toEqual([temporary]);
    const both = [await sessions.announced(), await sessions.announced('upstart')];
    expect(findSessions(env)).toEqual(both.sort((a, b) => a.pid - b.pid));
  });

  it.each<[string, (session: Session) => void | Promise<void>]>([
    ['its folder is open to others', (session) => chmodSync(folderOf(session), 0o755)],
    ['its socket is gone', ({ address }) => rmSync(parseAddress(address) ?? '')],
    ['its init has gone', ({ pid }) => void process.kill(pid, 'SIGKILL')],
    [
      'its init is one of another pid namespace',
      (session) =>
        writeOwner(
          folderOf(session),
          { ...initIdentity(session.pid), pidNamespace: 'pid:[1]' },
          { sources: [], logDir: '' },
        ),
    ],
  ])('are none when %s', async (_what, spoil) => {
    const session = await sessions.announced();
    expect(findSessions(sessions.env)).toEqual([session]);
    await spoil(session);
    // One that was killed is there until it is reaped.
    while (findSessions(sessions.env).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('are none when the pid is that of another program by now, or the address is none', async () => {
    const { address } = await sessions.announced('sh');
    expect(findSessions(sessions.env)).toEqual([]);
    const pid = await sessions.process('init');
    sessions.announce(`${pid}.session`, 'unix:abstract=/x');
    expect(findSessions(sessions.env)).toEqual([]);
    // Another pid than that of the folder's owner.
    sessions.announce(`${pid}.session`, address);
    expect(findSessions(sessions.env)).toEqual([]);
  });
});
