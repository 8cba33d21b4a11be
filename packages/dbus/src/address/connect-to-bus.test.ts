import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseBusAddress } from './bus-address.ts';
import { connectToBus } from './connect-to-bus.ts';

/** The target of an address, as text. */
const parsed = (address: string): string[] =>
  parseBusAddress(address).map((part) =>
    part instanceof Error ? part.message : `${part.kind} ${part.name.toString('latin1')}`,
  );

describe('the address of a bus', () => {
  it.each<[string, string[]]>([
    ['unix:path=/run/bus', ['path /run/bus']],
    ['unix:path=/run/bus,guid=0123', ['path /run/bus']],
    ['unix:guid=0123,abstract=/tmp/dbus-x', ['abstract /tmp/dbus-x']],
    ['unix:path=/a%20b%2c%c3%A9%ff', ['path /a b,\u00c3\u00a9\u00ff']],
    ['unix:path=/a;unix:abstract=b;', ['path /a', 'abstract b']],
    ['unix:runtime=yes', ['unix:runtime= says where a bus may listen, not where it does']],
    ['unix:tmpdir=/tmp', ['unix:tmpdir= says where a bus may listen, not where it does']],
    ['unix:guid=0123', ['Address has no path: unix:guid=0123']],
    [
      'tcp:host=localhost,port=1;unix:path=/b',
      [
        'Only addresses like unix:path=/PATH and unix:abstract=NAME are supported, not tcp:host=localhost,port=1',
        'path /b',
      ],
    ],
    ['autolaunch:', ['Only addresses like unix:path=/PATH and unix:abstract=NAME are supported, not autolaunch:']],
  ])('%s', (address, names) => {
    expect(parsed(address)).toEqual(names);
  });

  it.each([
    ['', 'Empty address'],
    [';', 'Empty address'],
    ['/run/bus', 'Address does not contain a colon'],
    ['unix:path=/a;/b', 'Address does not contain a colon'],
    ['unix:path', "'=' character not found or has no value following it"],
    ['unix:path=', "'=' character not found or has no value following it"],
    ['unix:=x', "'=' character not found or has no value following it"],
    ['unix:path=/a,path=/b', 'Address has the key path twice'],
    ['unix:path=/a,abstract=b', 'Address has both path and abstract: unix:path=/a,abstract=b'],
    ['unix:path=/a%2', 'In D-Bus address, percent character was not followed by two hex digits'],
    ['unix:path=/a%gg', 'In D-Bus address, percent character was not followed by two hex digits'],
    ['unix:path=/a%00', 'In D-Bus address, a name contains a NUL'],
  ])('%s is none', (address, why) => {
    expect(() => parsed(address)).toThrow(why);
  });
});

/** Listens at an abstract name of exactly this length, and sends back what it gets in upper case. */
const ABSTRACT_SERVER = `
use Socket;
socket(my $listener, AF_UNIX, SOCK_STREAM, 0); bind($listener, pack('S a*', AF_UNIX, "\\0$ARGV[0]")) or die; listen($listener, 5);
syswrite(STDOUT, "+"); accept(my $client, $listener);
while (sysread($client, my $bytes, 4096)) { syswrite($client, uc $bytes); }
`;

describe('connecting', () => {
  let folder: string;
  let relay: string;
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upstart-bus-'));
    relay = join(folder, 'abstract-relay');
    const source = fileURLToPath(new URL('../../../daemon/relay/abstract-relay.c', import.meta.url));
    execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-o', relay, source]);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Listens at a path below the folder; through a link, where the path is too long for a socket. */
  async function listen(name: string): Promise<void> {
    const server = createServer((socket) => void socket.end('hello'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(join(folder, name), resolve));
  }
  async function said(address: string): Promise<string> {
    const socket = await connectToBus(address, relay);
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await eventually(() => socket.closed || socket.readableEnded);
    return text;
  }

  it('is to the first socket that there is', async () => {
    await listen('one');
    expect(await said(`tcp:host=x;unix:path=${folder}/none;unix:path=${folder}/one`)).toBe('hello');
  });

  it('reaches paths with any bytes, however long', async () => {
    await listen('bus é');
    expect(await said(`unix:path=${folder}/bus%20%c3%a9,guid=1`)).toBe('hello');
    const deep = `deep/${'x'.repeat(100)}`;
    mkdirSync(join(folder, deep), { recursive: true });
    process.chdir(join(folder, deep));
    const server = createServer((socket) => void socket.end('from far below'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen('bus', resolve));
    process.chdir('/');
    expect(await said(`unix:path=${folder}/${deep}/bus`)).toBe('from far below');
    renameSync(join(folder, 'bus é'), Buffer.from(`${folder}/\xff`, 'latin1'));
    expect(await said(`unix:path=${folder}/%ff`)).toBe('hello');
  });

  it('reaches abstract names by their exact length', async () => {
    const name = `/upstart test/${process.pid}/é`;
    const server = spawn('perl', ['-e', ABSTRACT_SERVER, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout, 'data');
    const address = `unix:abstract=${name.replace(' ', '%20').replace('é', '%c3%a9')},guid=1`;
    const socket = await connectToBus(address, relay);
    sockets.push(socket);
    const long = 'x'.repeat(1_000_000);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.write(long);
    await eventually(() => text.length === long.length);
    expect(text).toBe(long.toUpperCase());
    // Either end's end is the other one's.
    socket.destroy();
    await once(server, 'exit');
    await expect(connectToBus(address, relay)).rejects.toThrow(
      `Failed to connect to socket ${name}: Connection refused`,
    );
  });

  it('says of the last socket why not', async () => {
    const nowhere = `${folder}/nowhere`;
    await expect(said(`unix:path=${nowhere}`)).rejects.toThrow(
      `Failed to connect to socket ${nowhere}: No such file or directory`,
    );
    await expect(said('unix:abstract=/nowhere/at/all')).rejects.toThrow(
      'Failed to connect to socket /nowhere/at/all: Connection refused',
    );
    await expect(said(`unix:abstract=${'x'.repeat(108)}`)).rejects.toThrow('File name too long');
    await expect(said('unix:abstract=%ff')).rejects.toThrow('Its name is no UTF-8');
    await expect(said('tcp:host=x')).rejects.toThrow('not tcp:host=x');
    await expect(connectToBus('unix:abstract=x', '/nowhere')).rejects.toThrow('/nowhere: No such file or directory');
  });
});
