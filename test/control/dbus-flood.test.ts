/** A D-Bus client of the product that reads nothing while events flood: it alone is cut off, with a reason in the log. */
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '../../packages/dbus/src/limits.ts';
import { daemonWith } from '../chaos/proc.ts';
import { eventually } from '../eventually.ts';
import { DBusPeer } from './dbus-peer.ts';
import { SessionInit } from './session-init.ts';

const HELLO = `\0AUTH EXTERNAL ${Buffer.from(String(process.geteuid?.())).toString('hex')}\r\nBEGIN\r\n`;
const MANAGER = { path: '/com/ubuntu/Upstart', interface: 'com.ubuntu.Upstart0_6' };
/** An event's variable, so long that a message with it is nearly the longest. */
const LONG = `X=${'x'.repeat(LIMITS.messageBytes - 1024)}`;

let session: SessionInit;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await session?.end();
  session?.remove();
});

/** A client that has authenticated and reads nothing from then on. */
async function silentClient(): Promise<void> {
  const socket = connect(session.socket);
  sockets.push(socket);
  socket.on('error', () => {});
  await new Promise((resolve) => {
    socket.once('data', resolve);
    socket.write(HELLO);
  });
  socket.pause();
}

test('it alone suffers', async () => {
  session = await SessionInit.start({ jobs: { job: 'exec sleep 1000\n' } });
  const daemon = daemonWith(`HOME=${session.home}`);
  await silentClient();
  const reader = await DBusPeer.on(session.socket);
  const emit = { ...MANAGER, member: 'EmitEvent', signature: 'sasb', body: ['flood', [LONG], false] };
  for (let bytes = 0; bytes <= LIMITS.unreadBytes + LIMITS.fullBytes; bytes += LONG.length)
    expect(await reader.call(emit)).toEqual([]);
  await session.hears('A D-Bus client that leaves too much unread is cut off');
  expect(await reader.call({ ...MANAGER, member: 'GetJobByName', signature: 's', body: ['job'] })).toBe(
    '/com/ubuntu/Upstart/jobs/job',
  );
  reader.close();
  expect((await session.run('initctl', 'status', 'job')).stdout).toBe('job stop/waiting\n');
  await eventually('another client is admitted', async () => {
    const next = await DBusPeer.on(session.socket);
    const answer = await next.call({ ...MANAGER, path: '/', interface: 'org.freedesktop.DBus.Peer', member: 'Ping' });
    next.close();
    return JSON.stringify(answer) === '[]';
  });
  expect(daemonWith(`HOME=${session.home}`)).toBe(daemon);
});
