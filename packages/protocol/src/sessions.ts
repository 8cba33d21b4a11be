/**
 * The sessions of a user, as a client without an address finds them (reference: control §7 for their files).
 *
 * A session with a run-time folder of the user announces itself there; one without has a folder below that for temporary files.
 * Those of other users, of other pid namespaces and those whose init has gone are none.
 */
import { lstatSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { withRegularFile } from '@upstart/common';
import { CONTROL_SOCKET, formatAddress, parseAddress } from './address.ts';
import { initIdentity, isPrivateFolder, readOwner } from './run-folder.ts';

export interface Session {
  /** The pid of its init. */
  readonly pid: number;
  /** As in `UPSTART_SESSION`. */
  readonly address: string;
}

/** The environment as far as it says where sessions are. */
export interface SessionEnv {
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly TMPDIR?: string | undefined;
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
  const announced = announcedSessions(isAbsolute(given) ? given : `/run/user/${uid}`);
  const found = announced.length > 0 ? announced : temporarySessions(TMPDIR || '/tmp', uid);
  return found.filter(isLive).sort((a, b) => a.pid - b.pid);
}

function announcedSessions(runtime: string): Session[] {
  const folder = sessionFolder(runtime);
  return names(folder).flatMap((name) => {
    const pid = pidOfSessionFile(name);
    const address = pid === null ? null : addressIn(join(folder, name));
    return pid === null || address === null ? [] : [{ pid, address }].filter(isLive);
  });
}

/** `init-UID-PID`, with more behind it where somebody else had that name. */
function temporarySessions(folder: string, uid: number): Session[] {
  const pattern = new RegExp(`^upstart-${uid}-([0-9]+)(?:-\\w+)?$`);
  return names(folder).flatMap((name) => {
    const pid = pattern.exec(name)?.[1];
    return pid === undefined ? [] : [{ pid: Number(pid), address: formatAddress(join(folder, name, CONTROL_SOCKET)) }];
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

/** The address in a session file; null if it is none, or has just gone. */
export function addressIn(path: string): string | null {
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
export function isElsewhere({ pid, address }: Session): boolean {
  const path = parseAddress(address);
  const owner = path === null ? null : readOwner(dirname(path))?.init;
  return owner != null && (owner.pid !== pid || owner.pidNamespace !== initIdentity(pid).pidNamespace);
}

function isLive(session: Session): boolean {
  const path = parseAddress(session.address);
  if (path === null || !isPrivateFolder(dirname(path)) || !isOwnInit(session.pid) || isElsewhere(session)) return false;
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
