/** Where daemons listen (reference: control §1). */
import { dirname, isAbsolute, join } from 'node:path';

/** The folder of PID 1's sockets. Tests name another one in `UPSTART_SYSTEM_SOCKET_DIR`. */
export const SYSTEM_SOCKET_DIR = '/run/upstart';
/** Takes every request. The owner's and root's alone, by its mode. */
export const CONTROL_SOCKET = 'control.sock';
/** Beside the control socket, for everybody else: answers questions and changes nothing. */
export const QUERY_SOCKET = 'query.sock';

/** The environment as far as it says where sessions are. */
export interface SessionEnv {
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly TMPDIR?: string | undefined;
}

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

const OF_SESSION = /^unix:abstract=\/com\/ubuntu\/upstart-session\/(\d+)\/(\d+)$/;

/**
 * The address of the session whose init is `pid`, by which D-Bus clients know it: its jobs have it in `UPSTART_SESSION`, and scripts take
 * the user and the process of init from it.
 */
export function dbusAddress(uid: number, pid: number): string {
  return `unix:abstract=/com/ubuntu/upstart-session/${uid}/${pid}`;
}

/** The user and the pid in the address of a session; null if it is none of these. */
export function parseDBusAddress(address: string): { uid: number; pid: number } | null {
  const [, uid, pid] = OF_SESSION.exec(address) ?? [];
  return uid === undefined || pid === undefined ? null : { uid: Number(uid), pid: Number(pid) };
}

/** The socket for those who may only ask, which belongs to the control socket at `path`. */
export function querySocket(path: string): string {
  return join(dirname(path), QUERY_SOCKET);
}
