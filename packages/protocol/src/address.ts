/** Where daemons listen (reference: control §1). */
import { dirname, isAbsolute, join } from 'node:path';

/** The folder of PID 1's sockets. Tests name another one in `UPSTART_SYSTEM_SOCKET_DIR`. */
export const SYSTEM_SOCKET_DIR = '/run/upstart';
/** Takes every request. The owner's and root's alone, by its mode. */
export const CONTROL_SOCKET = 'control.sock';
/** Beside the control socket, for everybody else: answers questions and changes nothing. */
export const QUERY_SOCKET = 'query.sock';

const PREFIX = 'unix:path=';

/** The address of the socket at `path`, as in `UPSTART_SESSION`: the path as it is, nothing escaped. */
export function formatAddress(path: string): string {
  return `${PREFIX}${path}`;
}

/** The absolute path of the socket that `address` names, or null if it is no `unix:path=` address. */
export function parseAddress(address: string): string | null {
  const path = address.startsWith(PREFIX) ? address.slice(PREFIX.length) : '';
  return isAbsolute(path) ? path : null;
}

/** The socket for those who may only ask, which belongs to the control socket at `path`. */
export function querySocket(path: string): string {
  return join(dirname(path), QUERY_SOCKET);
}
