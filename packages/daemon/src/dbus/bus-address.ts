/** Addresses of buses (D-Bus specification: "Server Addresses"), and connecting to them. Errors have libdbus's texts. */
import { createConnection, type Socket } from 'node:net';
import { systemErrorText } from '@upstart/common';
import { upstartError } from '@upstart/protocol';

/** The default of `DBUS_SYSTEM_BUS_ADDRESS`. */
export const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';

/** The paths of the sockets in an address, in the order in which they are tried. Throws `bus-address-invalid`. */
export function socketPaths(address: string): string[] {
  return address
    .split(';')
    .filter((part) => part !== '')
    .map(socketPath);
}

function socketPath(part: string): string {
  const colon = part.indexOf(':');
  if (colon < 0) throw upstartError('bus-address-invalid', 'Address does not contain a colon');
  const pairs = part
    .slice(colon + 1)
    .split(',')
    .map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      if (equals < 0) throw upstartError('bus-address-invalid', `'=' character not found or has no value following it`);
      return [pair.slice(0, equals), unescapeValue(pair.slice(equals + 1))];
    });
  const path = new Map(pairs).get('path');
  // Node 20 cannot give an abstract name its exact length.
  if (part.slice(0, colon) !== 'unix' || path === undefined)
    throw upstartError('bus-address-invalid', `Only addresses like unix:path=/PATH are supported, not ${part}`);
  return path;
}

function unescapeValue(value: string): string {
  return value.replace(/%([0-9a-fA-F]{2})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Connects to the first socket of the address that exists. Rejects with an `UpstartError`. */
export async function connectToBus(address: string): Promise<Socket> {
  let failure = upstartError('bus-address-invalid', 'Empty address');
  for (const path of socketPaths(address)) {
    try {
      return await connectTo(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'bus-not-found' : 'bus-unavailable';
      failure = upstartError(code, `Failed to connect to socket ${path}: ${systemErrorText(error)}`);
    }
  }
  throw failure;
}

function connectTo(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    // This listener stays: a bus may close the connection before another one is added.
    socket.on('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}
