/**
 * Which daemon a program uses: the named one, otherwise that of the project it is in or the only session of its user, otherwise the
 * system's init (reference: control §1).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  CONTROL_SOCKET,
  formatAddress,
  parseAddress,
  parseDBusAddress,
  type SessionEnv,
  SYSTEM_SOCKET_DIR,
} from './address.ts';
import { socketOfDBusAddress } from './dbus-address.ts';
import { projectAround } from './project-files.ts';
import { projectOf, sessionHere } from './projects.ts';
import { findSessions, type Session } from './sessions.ts';

/** The environment as far as it decides which daemon is meant. */
export interface AddressEnv extends SessionEnv {
  /** The session's address; set to nothing it means that there is none. */
  readonly UPSTART_SESSION?: string | undefined;
  readonly UPSTART_SYSTEM_SOCKET_DIR?: string | undefined;
}

/** Which daemon: `user` is that of the session, `system` is PID 1, `default` the session's if there is one. */
export type Scope = 'default' | 'user' | 'system';

/** An address that cannot be used; the message is for users. */
export class AddressError extends Error {
  override name = 'AddressError';
}

/** Whether `scope` means a session's daemon in this environment. */
export function isSession(scope: Scope, env: AddressEnv): boolean {
  if (scope !== 'default') return scope === 'user';
  return (env.UPSTART_SESSION ?? '') !== '' || (isUntold(env) && findSessions(env).length > 0);
}

/** The control socket of the daemon that is meant. Throws `AddressError` if there is no telling. */
export function controlSocket(scope: Scope, env: AddressEnv): string {
  const address = sessionAddress(scope, env);
  if (address === null) return systemSocket(env);
  const path = parseAddress(address) ?? socketOfDBusAddress(address, env);
  if (path !== null) return path;
  const why = parseDBusAddress(address)
    ? `Failed to connect to socket ${address.replace('unix:abstract=', '')}: Connection refused`
    : `UPSTART_SESSION is ${address}, where unix:path=/PATH is expected`;
  throw new AddressError(`Unable to connect to Upstart: ${why}`);
}

/** The address of the session that is meant; null: the system's init is. */
function sessionAddress(scope: Scope, env: AddressEnv): string | null {
  if (scope === 'system') return null;
  if ((env.UPSTART_SESSION ?? '') !== '') return env.UPSTART_SESSION as string;
  if (scope === 'default' && !isUntold(env)) return null;
  const sessions = env.UPSTART_SESSION === '' ? [] : findSessions(env);
  const session = sessions.length > 0 ? sessionHere(sessions, currentFolder()) : undefined;
  if (session === null) throw new AddressError(whichOf(sessions, currentFolder()));
  if (session?.folder) return formatAddress(join(session.folder, CONTROL_SOCKET));
  if (scope === 'default') return null;
  throw new AddressError("UPSTART_SESSION isn't set in the environment. Unable to locate the Upstart instance.");
}

/**
 * Whether nothing says which daemon is meant. Root means the system's init where there is one: its scripts and packages have to
 * reach that, whatever session root has started somewhere else.
 */
function isUntold(env: AddressEnv): boolean {
  if (env.UPSTART_SESSION !== undefined || env.UPSTART_SYSTEM_SOCKET_DIR) return false;
  return process.geteuid?.() !== 0 || !existsSync(systemSocket(env));
}

function systemSocket(env: AddressEnv): string {
  return join(env.UPSTART_SYSTEM_SOCKET_DIR || SYSTEM_SOCKET_DIR, CONTROL_SOCKET);
}

/** The root where the current folder has been removed. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

function whichOf(sessions: readonly Session[], here: string): string {
  const idle = projectAround(here);
  const lines = sessions.map((session) => {
    const project = projectOf(session);
    const of = project === null ? '' : ` of ${project}`;
    return `\n  UPSTART_SESSION=${session.address} (init, process ${session.pid}${of})`;
  });
  return idle === null
    ? `You have several sessions, expected one of them in the environment:${lines.join('')}`
    : `The project of ${idle} does not run: \`upstart up\` starts it. Another session is meant by its address in the environment:${lines.join('')}`;
}
