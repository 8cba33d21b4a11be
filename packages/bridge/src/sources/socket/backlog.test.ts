import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SocketAddress, type SocketType, socketName } from '@upstart/common';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../../../test/eventually.ts';
import { waitingAt } from './backlog.ts';

/** Listens everywhere, and says at which ports; stopped by a signal it accepts nothing. */
const SERVER = `
const { createServer } = require('node:net');
const listen = (where) => new Promise((resolve) => {
  const server = createServer().listen(where, () => resolve(server.address().port));
});
const udp = require('node:dgram').createSocket('udp4');
udp.bind(0, '127.0.0.1', async () => {
  const ports = [await listen({ port: 0, host: '127.0.0.1' }), await listen({ port: 0, host: '::1' })];
  await listen({ path: process.argv[1] });
  console.log([...ports, udp.address().port].join(' '));
});`;

it('counts what nobody has taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backlog-'));
  const path = join(folder, 'a.sock');
  const server = spawn(process.execPath, ['-e', SERVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const [line] = await once(server.stdout, 'data');
  const [inet = 0, inet6 = 0, udp = 0] = String(line).split(' ').map(Number);
  server.kill('SIGSTOP');
  const streams: [SocketAddress, NetConnectOpts][] = [
    [
      { family: 'inet', address: '127.0.0.1', port: inet },
      { port: inet, host: '127.0.0.1' },
    ],
    [
      { family: 'inet6', address: '::1', port: inet6 },
      { port: inet6, host: '::1' },
    ],
    [{ family: 'unix', path }, { path }],
  ];
  const waiting = (address: SocketAddress, type: SocketType = 'stream'): number | null =>
    waitingAt(socketName(type, address));
  for (const [address, to] of streams) {
    expect(waiting(address)).toBe(0);
    for (const count of [1, 2, 3]) {
      const client = connect(to).on('error', () => {});
      onTestFinished(() => void client.destroy());
      await once(client, 'connect');
      await eventually(`${count} wait`, () => waiting(address) === count);
    }
  }
  const datagrams: SocketAddress = { family: 'inet', address: '127.0.0.1', port: udp };
  expect(waiting(datagrams, 'dgram')).toBe(0);
  const sender = createSocket('udp4');
  onTestFinished(() => void sender.close());
  await new Promise((resolve) => sender.send('hello', udp, '127.0.0.1', resolve));
  await eventually('a datagram waits', () => (waiting(datagrams, 'dgram') ?? 0) > 0);
  server.kill('SIGCONT');
  for (const [address] of streams) await eventually('all are accepted', () => waiting(address) === 0);
  await eventually('all are read', () => waiting(datagrams, 'dgram') === 0);
});

it('does not know what the kernel does not show', () => {
  expect(waitingAt('nothing')).toBe(null);
  expect(waitingAt(socketName('stream', { family: 'inet', address: '127.9.9.9', port: 1 }))).toBe(null);
  expect(waitingAt(socketName('dgram', { family: 'unix', path: '/nowhere' }))).toBe(null);
  expect(waitingAt(socketName('stream', { family: 'unix', path: '/nowhere' }))).toBe(0);
});
