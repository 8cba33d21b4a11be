/** The helper peer-door, under sanitizers, and what the source sees of it. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { childrenOf, isRunning, nameOf, signal } from '../../../../../test/chaos/proc.ts';
import { eventually } from '../../../../../test/eventually.ts';
import { Door } from './door.ts';
import type { Peer } from './variable.ts';

const SOURCE = fileURLToPath(new URL('../../../peer-door/peer-door.c', import.meta.url));
const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE=', '-O1', '-g', '-Wall', '-Wextra', '-Werror'];
const MANY = 300;

let folder: string;
let program: string;
let path: string;
let peers: Peer[];
let sockets: Socket[];
let ends: string[];
let door: Door | null;
const events = {
  connected(socket: Socket, peer: Peer): void {
    peers.push(peer);
    sockets.push(socket.on('error', () => {}));
  },
  ended: (why: string): void => void ends.push(why),
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peer-door-'));
  program = join(folder, 'peer-door');
  execFileSync('cc', [...FLAGS, '-fsanitize=address,undefined', '-fno-sanitize-recover', '-o', program, SOURCE]);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  path = join(folder, 'socket');
  [peers, sockets, ends, door] = [[], [], [], null];
});
afterEach(() => {
  door?.close();
  for (const socket of sockets) socket.destroy();
  rmSync(path, { force: true });
});

const client = (): Socket => connect(path).on('error', () => {});
const self = { pid: process.pid, uid: process.geteuid?.(), gid: process.getegid?.() };
/** The process of the helper. */
const helpers = (): number[] => childrenOf(process.pid).filter((pid) => nameOf(pid) === 'peer-door' && isRunning(pid));

it('hands over a connection with what the kernel says of the client', async () => {
  door = await Door.open(program, path, events);
  const one = client();
  one.write('hello');
  await eventually(() => sockets.length === 1);
  expect(peers).toEqual([self]);
  expect(String((await once(sockets[0] as Socket, 'data'))[0])).toBe('hello');
  sockets[0]?.write('bye');
  expect(String((await once(one, 'data'))[0])).toBe('bye');
});

it('hands over many at a time, those that are gone at once among them', async () => {
  door = await Door.open(program, path, events);
  const heard = new Set<string>();
  const clients = Array.from({ length: MANY }, (_, i) => {
    const one = client();
    if (i % 3 === 0) one.destroy();
    else one.write(`${i}`);
    return one;
  });
  await eventually(() => {
    for (const socket of sockets) {
      const text = socket.read();
      if (text !== null) heard.add(String(text));
    }
    return heard.size === MANY - MANY / 3;
  });
  expect(new Set(peers.map(({ pid }) => pid))).toEqual(new Set([process.pid]));
  expect(ends).toEqual([]);
  for (const one of clients) one.destroy();
});

it('says why it cannot listen, or run', async () => {
  writeFileSync(path, '');
  await expect(Door.open(program, path, events)).rejects.toThrow(
    `Failed to bind socket unix:${path} Address already in use`,
  );
  await expect(Door.open(program, '/nowhere/x', events)).rejects.toThrow('unix:/nowhere/x No such file or directory');
  await expect(Door.open(program, `/${'x'.repeat(107)}`, events)).rejects.toThrow('File name too long');
  await expect(Door.open(program, `@${'x'.repeat(107)}`, events)).rejects.toThrow('File name too long');
  door = await Door.open(program, `@${'x'.repeat(99)}${process.pid % 10_000_000}`.slice(0, 107), events);
  await expect(Door.open('/nowhere/peer-door', path, events)).rejects.toThrow('Unable to run /nowhere/peer-door');
  await expect(Door.open('/bin/false', path, events)).rejects.toThrow('Failed to bind socket');
  expect(ends).toEqual([]);
});

it('reports that the helper has ended', async () => {
  door = await Door.open(program, path, events);
  // That of the test before may be about to end.
  const helper = await eventually('there is one', () => (helpers().length === 1 ? helpers()[0] : null));
  signal(helper, 'SIGTERM');
  await eventually(() => ends.length === 1);
  expect(ends).toEqual(['SIGTERM']);
});

it('ends with the program that has started it', async () => {
  const script = [
    'const { spawn } = require("node:child_process");',
    `const child = spawn(${JSON.stringify(program)}, [${JSON.stringify(path)}], { stdio: ["ignore", "pipe", "inherit", "ipc"] });`,
    'child.stdout.on("data", () => { console.log(child.pid); process.kill(process.pid, "SIGKILL"); });',
  ].join('\n');
  let output = '';
  try {
    execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const pid = Number(output);
  expect(pid).toBeGreaterThan(0);
  await eventually(() => {
    try {
      return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
    } catch {
      return true;
    }
  });
});
