import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseBusAddress } from './bus-address.ts';
import { type ConnectByInit, connectToBus } from './connect-to-bus.ts';

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

describe('connecting', () => {
  let folder: string;
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  /** The places that init was asked to connect to. */
  let places: string[] = [];
  const refusing: ConnectByInit = (place) => {
    places.push(place);
    return Promise.reject(Object.assign(new Error('Connection refused'), { code: 'ECONNREFUSED' }));
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upstart-bus-'));
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
    const socket = await connectToBus(address, refusing);
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
    const server = createServer((socket) => void socket.end('from far below'));
    servers.push(server);
    // Other tests of this worker go by its working folder.
    const before = process.cwd();
    process.chdir(join(folder, deep));
    await new Promise<void>((resolve) => server.listen('bus', resolve)).finally(() => process.chdir(before));
    expect(await said(`unix:path=${folder}/${deep}/bus`)).toBe('from far below');
    renameSync(join(folder, 'bus é'), Buffer.from(`${folder}/\xff`, 'latin1'));
    expect(await said(`unix:path=${folder}/%ff`)).toBe('hello');
  });

  it('asks init first, and then connects by itself; abstract names are init’s business', async () => {
    await listen('asked');
    places = [];
    expect(await said(`unix:path=${folder}/asked`)).toBe('hello');
    await expect(said('unix:abstract=%2fa%20%c3%a9')).rejects.toThrow(
      'Failed to connect to socket /a é: Connection refused',
    );
    expect(places).toEqual([`${folder}/asked`, '@/a é']);
    const byInit = new Socket();
    expect(await connectToBus('unix:abstract=x', () => Promise.resolve(byInit))).toBe(byInit);
    expect(await connectToBus(`unix:path=${folder}/asked`, () => Promise.resolve(byInit))).toBe(byInit);
    await expect(connectToBus('unix:abstract=x', null)).rejects.toThrow('Only init connects to abstract names');
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
    await expect(said('tcp:host=x')).rejects.toThrow('not tcp:host=x');
  });
});
