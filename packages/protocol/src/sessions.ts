/**
 * The sessions of a user, as a client without an address finds them (reference: control §7 for their files).
 *
 * A session with a run-time folder of the user announces itself there; one without has a folder below that for temporary files.
 * Those of other users, of other pid namespaces and those whose init has gone are none.
 */
import { lstatSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { withRegularFile } from '@upstart/common';
import { CONTROL_SOCKET, formatAddress, parseAddress, type SessionEnv, SYSTEM_SOCKET_DIR } from './address.ts';
import { initIdentity, isPrivateFolder, readOwner } from './run-folder.ts';

export interface Session {
  /** The pid of its init. */
  readonly pid: number;
  /** As its jobs have it in `UPSTART_SESSION`; of a session of another product as its file has it. */
  readonly address: string;
  /** Its run-time folder, which has the control socket; null: it is not known. */
  readonly folder: string | null;
}

/** Behind the pid there may be more, where another init has that name already. */
const SESSION_FILE = /^([0-9]+)(?:-\w+)?\.session$/;
const ASSIGNMENT = 'UPSTART_SESSION=';
/** How much of a session file is read, in bytes: more than any address. */
const MAX_BYTES = 4096;
/** Names of init in /proc. */
const INIT_NAMES = ['init', 'upstart'];
/** The pid of the system's init. */
const SYSTEM_INIT = 1;

/** The live sessions of the caller: those that are announced, or, where there is none, those that could not announce themselves. */
export function findSessions(env: SessionEnv): Session[] {
  const uid = process.geteuid?.() ?? 0;
  const { XDG_RUNTIME_DIR: given = '', TMPDIR } = env;
  const announced = announcedSessions(isAbsolute(given) ? given : `/run/user/${uid}`);
  const found = announced.length > 0 ? announced : temporarySessions(TMPDIR || '/tmp', uid);
  return found.filter(isLive).sort((a, b) => a.pid - b.pid);
}

function announcedSessions(runtime: string): Session[] {
  const folder = sessionFolder(runtime);
  return names(folder)
    .flatMap((name) => announcedSession(join(folder, name)) ?? [])
    .filter(isLive);
}

/** `init-UID-PID`, with a suffix where that name was taken. */
function temporarySessions(folder: string, uid: number): Session[] {
  const pattern = new RegExp(`^upstart-${uid}-([0-9]+)(?:-\\w+)?$`);
  return names(folder).flatMap((name) => {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined) return [];
    return [sessionIn(join(folder, name), Number(pid))];
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
export function announcedSession(path: string): Session | null {
  const pid = pidOfSessionFile(basename(path));
  const address = pid === null ? null : addressIn(path);
  if (pid === null || address === null) return null;
  const socket = parseAddress(address);
  const isOurs = socket !== null && basename(socket) === CONTROL_SOCKET;
  return isOurs ? sessionIn(dirname(socket), pid) : { pid, address, folder: null };
}

/** The session whose init has this pid and this run-time folder. */
function sessionIn(folder: string, pid: number): Session {
  const owner = readOwner(folder);
  const known = owner?.init.pid === pid ? owner.used?.sessionAddress : null;
  return { pid, address: known ?? formatAddress(join(folder, CONTROL_SOCKET)), folder };
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
  const { pid, folder } = session;
  if (folder === null || !isPrivateFolder(folder) || !isOwnInit(pid) || isElsewhere(session)) return false;
  return attempt(() => lstatSync(join(folder, CONTROL_SOCKET)).isSocket()) === true;
}

/** Whether the init whose control socket this is lives: it restarts a daemon that has ended, which leaves a socket that refuses. */
export function hasLiveInit(controlSocket: string): boolean {
  const folder = dirname(controlSocket);
  const init = folder === SYSTEM_SOCKET_DIR ? initIdentity(SYSTEM_INIT) : readOwner(folder)?.init;
  return init !== undefined && init.pidNamespace === initIdentity(init.pid).pidNamespace && isInit(init.pid);
}

function isOwnInit(pid: number): boolean {
  return isInit(pid) && attempt(() => statSync(`/proc/${pid}`).uid) === process.geteuid?.();
}

function isInit(pid: number): boolean {
  return INIT_NAMES.includes(attempt(() => readFileSync(`/proc/${pid}/comm`, 'latin1').trimEnd()) ?? '');
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
