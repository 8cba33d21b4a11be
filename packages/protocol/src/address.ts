/** Where daemons listen, and which of them a program means (reference: control §1). */
import { dirname, isAbsolute, join } from 'node:path';

/** The folder of PID 1's sockets. Tests name another one in `UPSTART_SYSTEM_SOCKET_DIR`. */
export const SYSTEM_SOCKET_DIR = '/run/upstart';
/** Takes every request. The owner's and root's alone, by its mode. */
export const CONTROL_SOCKET = 'control.sock';
/** Beside the control socket, for everybody else: answers questions and changes nothing. */
export const QUERY_SOCKET = 'query.sock';

const PREFIX = 'unix:path=';

/** The environment as far as it decides which daemon is meant. */
export interface AddressEnv {
  readonly UPSTART_SESSION?: string | undefined;
  readonly UPSTART_SYSTEM_SOCKET_DIR?: string | undefined;
}

/** Which daemon: `user` is that of the session, `system` is PID 1, `default` the session's if there is one. */
export type Scope = 'default' | 'user' | 'system';

/** An address that cannot be used; the message is for users. */
export class AddressError extends Error {
  override name = 'AddressError';
}

/** The address of the socket at `path`, as in `UPSTART_SESSION`: the path as it is, nothing escaped. */
export function formatAddress(path: string): string {
  return `${PREFIX}${path}`;
}

/** The absolute path of the socket that `address` names, or null if it is no `unix:path=` address. */
export function parseAddress(address: string): string | null {
  const path = address.startsWith(PREFIX) ? address.slice(PREFIX.length) : '';
  return isAbsolute(path) ? path : null;
}

/** Whether `scope` means the session's daemon in this environment. */
export function isSession(scope: Scope, env: AddressEnv): boolean {
  return scope === 'user' || (scope === 'default' && (env.UPSTART_SESSION ?? '') !== '');
}

/** The control socket of the daemon that is meant. Throws `AddressError` if there is no telling. */
export function controlSocket(scope: Scope, env: AddressEnv): string {
  if (!isSession(scope, env)) return join(env.UPSTART_SYSTEM_SOCKET_DIR || SYSTEM_SOCKET_DIR, CONTROL_SOCKET);
  const address = env.UPSTART_SESSION ?? '';
  if (address === '') {
    throw new AddressError("UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.");
  }
  const path = parseAddress(address);
  if (path === null) {
    throw new AddressError(
      `Unable to connect to Upstart: UPSTART_SESSION is ${address}, where unix:path=/PATH is expected`,
    );
  }
  return path;
}

/** The socket for those who may only ask, which belongs to the control socket at `path`. */
export function querySocket(path: string): string {
  return join(dirname(path), QUERY_SOCKET);
}
