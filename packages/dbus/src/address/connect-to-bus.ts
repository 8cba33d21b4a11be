/** Connects to the socket of a bus. */
import { closeSync, openSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { decodeText, systemErrorText } from '@upstart/common';
import { UpstartError, upstartError } from '@upstart/protocol';
import { parseBusAddress } from './bus-address.ts';

export { SYSTEM_BUS } from './bus-address.ts';

const SLASH = 0x2f;
/** The longest name of a socket. */
const NAME_BYTES = 107;
/** Opens a file for its place alone, as a socket can be. */
const O_PATH = 0o10000000;
/** Connects to the socket at a path, or behind `@` of an abstract name, as init. Rejects with a system error. */
export type ConnectByInit = (place: string) => Promise<Socket>;

/** Connects to the first socket of the address that there is. Without `byInit` only to paths, as this process. Rejects with an `UpstartError`. */
export async function connectToBus(address: string, byInit: ConnectByInit | null): Promise<Socket> {
  let failure = upstartError('bus-address-invalid', 'Empty address');
  for (const place of parseBusAddress(address)) {
    if (place instanceof UpstartError) {
      failure = place;
      continue;
    }
    try {
      return await (place.kind === 'path' ? connectToPath(place.name, byInit) : connectToAbstract(place.name, byInit));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'bus-not-found' : 'bus-unavailable';
      const text = `Failed to connect to socket ${decodeText(place.name)}: ${systemErrorText(error)}`;
      failure = upstartError(code, text);
    }
  }
  throw failure;
}

async function connectToPath(path: Buffer, byInit: ConnectByInit | null): Promise<Socket> {
  // By a descriptor: Node has no way to say a path that is no UTF-8, or longer than an address has room for.
  const place = openSync(path, O_PATH);
  try {
    const isPlain = path.length <= NAME_BYTES && path[0] === SLASH;
    const socket = isPlain ? await byInit?.(decodeText(path)).catch(() => undefined) : undefined;
    // Where init cannot do it for the daemon, the daemon does it.
    return socket ?? (await connected(createConnection(`/proc/self/fd/${place}`)));
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
async function connectToAbstract(name: Buffer, byInit: ConnectByInit | null): Promise<Socket> {
  if (!byInit) throw new Error('Only init connects to abstract names');
  if (name.length > NAME_BYTES) throw new Error('File name too long');
  return byInit(`@${decodeText(name)}`);
}
