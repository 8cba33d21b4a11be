/** Connects to the socket of a bus. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { decodeText, systemErrorText } from '@upstart/common';
import { UpstartError, upstartError } from '@upstart/protocol';
import { parseBusAddress } from './bus-address.ts';

export { SYSTEM_BUS } from './bus-address.ts';

/** Opens a file for its place alone, as a socket can be. */
const O_PATH = 0o10000000;
/** The descriptor of the relay that is connected to the daemon. */
const RELAY_FD = 3;

/** Connects to the first socket of the address that there is; `relay` is the helper program for abstract names. Rejects with an `UpstartError`. */
export async function connectToBus(address: string, relay: string): Promise<Socket> {
  let failure = upstartError('bus-address-invalid', 'Empty address');
  for (const place of parseBusAddress(address)) {
    if (place instanceof UpstartError) {
      failure = place;
      continue;
    }
    try {
      return await (place.kind === 'path' ? connectToPath(place.name) : connectToAbstract(place.name, relay));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'bus-not-found' : 'bus-unavailable';
      const text = `Failed to connect to socket ${decodeText(place.name)}: ${systemErrorText(error)}`;
      failure = upstartError(code, text);
    }
  }
  throw failure;
}

/** By a descriptor: Node has no way to say a path that is no UTF-8, or longer than an address has room for. */
async function connectToPath(path: Buffer): Promise<Socket> {
  const place = openSync(path, O_PATH);
  try {
    return await connected(createConnection(`/proc/self/fd/${place}`));
  } finally {
    closeSync(place);
  }
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // The listener stays: a bus may close the connection before another one is there.
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** Node 20 cannot give an abstract name its exact length. */
async function connectToAbstract(name: Buffer, relay: string): Promise<Socket> {
  const text = name.toString();
  if (!Buffer.from(text).equals(name)) throw new Error('Its name is no UTF-8');
  const child = spawn(relay, [text], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], env: {} });
  const socket = child.stdio[RELAY_FD] as Socket;
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    child.once('error', (error) => reject(new Error(`${relay}: ${systemErrorText(error)}`)));
    child.once('exit', (status) => reject(statusError(status)));
    child.stdout?.once('data', () => resolve(socket));
  });
}

/** The error that the relay has ended with. */
function statusError(status: number | null): Error {
  const [code, text] = getSystemErrorMap().get(-(status ?? 0)) ?? ['', 'The relay to it was killed'];
  return Object.assign(new Error(text), { code, errno: -(status ?? 0) });
}
