/**
 * The sessions of a user, as a client without an address finds them (reference: control §7 for their files).
 *
 * A session with a run-time folder of the user announces itself there; one without has a folder below that for temporary files.
 * Those of other users, of other pid namespaces and those whose init has gone are none.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { withRegularFile } from '@upstart/common';
import { CONTROL_SOCKET, formatAddress, parseAddress, type SessionEnv } from './address.ts';
import { isDBusAddress } from './dbus-address.ts';
import { initIdentity, isPrivateFolder, readOwner } from './run-folder.ts';

export interface Session {
  /** The pid of its init. */
  readonly pid: number;
  /** As in `UPSTART_SESSION`. */
  readonly address: string;
  /** Its run-time folder; null: the address says nothing of one. */
  readonly folder: string | null;
}

/** Behind the pid there may be more, where another init has that name already. */
const SESSION_FILE = /^([0-9]+)(?:-\w+)?\.session$/;
const ASSIGNMENT = 'UPSTART_SESSION=';
/** How much of a session file is read, in bytes: more than any address. */
const MAX_BYTES = 4096;
/** Names of init in /proc. */
const INIT_NAMES = ['init', 'upstart'];

/** The live sessions of the caller: those that are announced, or, where there is none, those that could not announce themselves. */
export function findSessions(env: SessionEnv): Session[] {
  const uid = process.geteuid?.() ?? 0;
  const { XDG_RUNTIME_DIR: given = '', TMPDIR } = env;
  const announced = announcedSessions(isAbsolute(given) ? given : `/run/user/${uid}`, env);
  const found = announced.length > 0 ? announced : temporarySessions(TMPDIR || '/tmp', uid);
  return found.filter(isLive).sort((a, b) => a.pid - b.pid);
}

function announcedSessions(runtime: string, env: SessionEnv): Session[] {
  const folder = sessionFolder(runtime);
  return names(folder)
    .flatMap((name) => announcedSession(join(folder, name), env) ?? [])
    .filter(isLive);
}

/** `init-UID-PID`, with more behind it where somebody else had that name. */
function temporarySessions(folder: string, uid: number): Session[] {
  const pattern = new RegExp(`^upstart-${uid}-([0-9]+)(?:-\\w+)?$`);
  return names(folder).flatMap((name) => {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined) return [];
    const own = join(folder, name);
    const address = readOwner(own)?.used?.sessionAddress ?? formatAddress(join(own, CONTROL_SOCKET));
    return [{ pid: Number(pid), address, folder: own }];
  });
}

/** The folder of session files in a run-time folder. */
export function sessionFolder(runtime: string): string {
  return join(runtime, 'upstart/sessions');
}

/** The pid in the name of a session file; null for other names. */
export function pidOfSessionFile(name: string): number | null {
  const pid = SESSION_FILE.exec(name)?.[1];
  return pid === undefined ? null : Number(pid);
}

/** The session that a file announces, whether or not it lives; null if it is no such file, or has just gone. */
export function announcedSession(path: string, env: SessionEnv): Session | null {
  const pid = pidOfSessionFile(basename(path));
  const address = pid === null ? null : addressIn(path);
  return pid === null || address === null ? null : { pid, address, folder: folderOf(path, address, env) };
}

/** The folder of the session that the file at `path` announces: it has the same name. */
function folderOf(path: string, address: string, { TMPDIR }: SessionEnv): string | null {
  const socket = parseAddress(address);
  if (socket !== null) return dirname(socket);
  if (!isDBusAddress(address)) return null;
  const name = basename(path, '.session');
  const usual = join(dirname(dirname(path)), `init-${name}`);
  return existsSync(usual) ? usual : join(TMPDIR || '/tmp', `upstart-${process.geteuid?.() ?? 0}-${name}`);
}

function addressIn(path: string): string | null {
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    const length = withRegularFile(path, (fd) => readSync(fd, bytes));
    const [line = ''] = bytes.toString('utf8', 0, length).split('\n');
    return line.startsWith(ASSIGNMENT) ? line.slice(ASSIGNMENT.length) : null;
  } catch {
    return null;
  }
}

/** Whether a session belongs to another pid namespace, where its pid means another process. */
export function isElsewhere({ pid, folder }: Session): boolean {
  const owner = folder === null ? null : readOwner(folder)?.init;
  return owner != null && (owner.pid !== pid || owner.pidNamespace !== initIdentity(pid).pidNamespace);
}

function isLive(session: Session): boolean {
  const { pid, address, folder } = session;
  if (folder === null || !isPrivateFolder(folder) || !isOwnInit(pid) || isElsewhere(session)) return false;
  const path = parseAddress(address) ?? join(folder, CONTROL_SOCKET);
  return attempt(() => lstatSync(path).isSocket()) === true;
}

function isOwnInit(pid: number): boolean {
  const name = attempt(() => readFileSync(`/proc/${pid}/comm`, 'latin1').trimEnd()) ?? '';
  return INIT_NAMES.includes(name) && attempt(() => statSync(`/proc/${pid}`).uid) === process.geteuid?.();
}

function names(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
