/**
 * The owner of a session's run-time folder. Its file `owner` names the init that made it, so that it is not mistaken for that of
 * another init with the same pid, in another pid namespace or before the last boot.
 */
import { lstatSync, readFileSync, readlinkSync, type Stats, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDBusAddress } from './address.ts';

/** In the run-time folder: a line that names the init, and a line of JSON with the folders that it uses. */
const OWNER_FILE = 'owner';
/** How much of an owner file is read, in bytes. */
const MAX_OWNER = 128 * 1024;

/** The identity of an init among others with the same pid. */
export interface InitIdentity {
  /** As the init's own pid namespace has it. */
  readonly pid: number;
  /** `pid:[4026531836]`; '' where /proc does not tell. */
  readonly pidNamespace: string;
  /** The kernel's boot id. */
  readonly boot: string;
}

/** The folders of an init, by which a second one on the same ones is known. */
export interface UsedFolders {
  readonly sources: readonly string[];
  readonly logDir: string;
  /** As jobs have it in `UPSTART_SESSION`. Absent: the address of the control socket in the folder. */
  readonly sessionAddress?: string | null | undefined;
}

/** Which init has this pid in the caller's pid namespace. */
export function initIdentity(pid: number): InitIdentity {
  const pidNamespace = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()) ?? '';
  return { pid, pidNamespace, boot };
}

/** Writes down whose folder this is. Throws as writing does. */
export function writeOwner(directory: string, { pid, pidNamespace, boot }: InitIdentity, used: UsedFolders): void {
  const { sources, logDir, sessionAddress } = used;
  const text = `${pidNamespace} ${pid} ${boot}\n${JSON.stringify({ sources, logDir, sessionAddress })}\n`;
  const path = join(directory, OWNER_FILE);
  // On a full disk writing the same again would leave nothing of it.
  if (attempt(() => readFileSync(path, 'utf8')) !== text) writeFileSync(path, text, { mode: 0o600 });
}

/** The owner of the folder; null without the file: an init of an older version writes none. */
export function readOwner(directory: string): { init: InitIdentity; used: UsedFolders | null } | null {
  const path = join(directory, OWNER_FILE);
  const found = attempt(() => lstatSync(path));
  if (!found?.isFile() || found.size > MAX_OWNER) return null;
  const [line = '', folders = ''] = (attempt(() => readFileSync(path, 'utf8')) ?? '').split('\n');
  const [, pidNamespace, pid, boot] = /^(\S*) (\d+) (\S*)$/.exec(line) ?? [];
  if (pidNamespace === undefined || boot === undefined) return null;
  return { init: { pid: Number(pid), pidNamespace, boot }, used: readFolders(folders) };
}

function readFolders(text: string): UsedFolders | null {
  const folders = attempt(() => JSON.parse(text) as Partial<UsedFolders> | null);
  if (!Array.isArray(folders?.sources) || typeof folders.logDir !== 'string') return null;
  const { sources, logDir, sessionAddress: address } = folders;
  return { sources, logDir, sessionAddress: typeof address === 'string' && parseDBusAddress(address) ? address : null };
}

/** Whether this is a folder of ours, not a link to one, that other users cannot have written to. */
export function isPrivateFolder(path: string): boolean {
  const found = attempt(() => lstatSync(path));
  return found != null && isOwnFolder(found) && (found.mode & 0o077) === 0;
}

/** Whether `lstat` has found a folder of this user. */
export function isOwnFolder(found: Stats): boolean {
  return found.isDirectory() && found.uid === process.geteuid?.();
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
