/**
 * The folders of an init: job files, logs, sockets and state (reference: job files §1.1; jobs §9; control §7).
 */
import { lstatSync, rmSync, type Stats, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { absolute, configHome, home, makeFolder } from '@upstart/common';
import { dbusAddress, formatAddress, type InitIdentity, SYSTEM_SOCKET_DIR, type UsedFolders } from '@upstart/protocol';
import type { InitOptions } from '../options/options.ts';
import { claimFolder } from './run-folder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Places {
  /** Folders of job files, in order of precedence. */
  sources: string[];
  /** Folder of job logs. */
  logDir: string;
  /** Folder of the sockets and the saved state, for the owner alone in a session. */
  runtimeDir: string;
  /** The file that announces a session; null where there is no run-time folder of the user. */
  sessionFile: string | null;
  /** The value of UPSTART_SESSION for jobs; null for the system's init. The session file has the path of the control socket. */
  sessionAddress: string | null;
}

/** A path in a Unix socket's address has at most this many bytes. */
const MAX_SOCKET_PATH = 107;
/** The path of the socket while it is being made. */
const LONGEST_NAME = 'control.sock.new';
/** Only the owner of something in the folder may rename or remove it. */
const S_ISVTX = 0o1000;

/**
 * Chooses the places of an init, which the daemons after this one keep (`kept-places.ts`). Users know the supervisor as init:
 * `init` is its pid. Makes the folders that are this init's own. Relative folders count from the working folder. `hasDBus`: D-Bus clients
 * reach this init at the address that is made of its user and pid.
 */
export function choosePlaces(options: InitOptions, env: Environment, init: InitIdentity, hasDBus: boolean): Places {
  return options.user ? sessionPlaces(options, env, init, hasDBus) : systemPlaces(options, env);
}

function systemPlaces(options: InitOptions, env: Environment): Places {
  const confDirs = options.confDirs.length > 0 ? options.confDirs : [env.UPSTART_CONFDIR || '/etc/init'];
  const runtimeDir = resolve(env.UPSTART_SYSTEM_SOCKET_DIR || SYSTEM_SOCKET_DIR);
  ownFolder(runtimeDir, 0o755);
  return {
    sources: allSources(options, confDirs),
    logDir: resolve(env.UPSTART_LOGDIR || options.logDir || '/var/log/upstart'),
    runtimeDir,
    sessionFile: null,
    sessionAddress: null,
  };
}

function sessionPlaces(options: InitOptions, env: Environment, init: InitIdentity, hasDBus: boolean): Places {
  const address = hasDBus ? dbusAddress(process.getuid?.() ?? 0, init.pid) : null;
  const used = {
    sources: allSources(options, options.confDirs.length > 0 ? options.confDirs : sessionConfDirs(env)),
    logDir: resolve(
      options.logDir ?? ownFolder(join(absolute(env.XDG_CACHE_HOME) ?? join(home(env), '.cache'), 'upstart')),
    ),
    sessionAddress: address,
  };
  const userRuntime = userRuntimeDir(env);
  const runtimeDir = sessionRuntimeDir(userRuntime, init, used);
  // If the folder has a longer name than the pid, because that was taken, the session file has the same name.
  const name = basename(runtimeDir).replace(/^(?:init|upstart-\d+)-/, '');
  return {
    ...used,
    runtimeDir,
    sessionFile: userRuntime && join(ownFolder(join(userRuntime, 'sessions')), `${name}.session`),
    sessionAddress: address ?? formatAddress(join(runtimeDir, 'control.sock')),
  };
}

function allSources({ prependConfDirs, appendConfDirs }: InitOptions, confDirs: readonly string[]): string[] {
  return [...prependConfDirs, ...confDirs, ...appendConfDirs].map((directory) => resolve(directory));
}

/** Our folder in the user's run-time folder; null if there is none, or others may write to it. */
function userRuntimeDir(env: Environment): string | null {
  const runtime = absolute(env.XDG_RUNTIME_DIR);
  if (!runtime) return null;
  const directory = ownFolder(join(runtime, 'upstart'));
  return isKept(runtime) && isOurs(directory) ? directory : null;
}

/** Whether other users cannot rename or remove our files in this folder. Accepts a folder that cannot be inspected. */
function isKept(directory: string): boolean {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) return true;
  const owned = found.uid === process.getuid?.() || found.uid === 0;
  return owned && ((found.mode & S_ISVTX) !== 0 || !isSharedWithOthers(found));
}

/** Whether this is a folder of ours, not a link to one, and other users cannot write to it. */
function isOurs(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return !found || (found.isDirectory() && found.uid === process.getuid?.() && !isSharedWithOthers(found));
}

/** Whether others may write. The user's own group does not count as others: many users have one to themselves. */
function isSharedWithOthers({ mode, gid }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== process.getgid?.());
}

/** Below the user's run-time folder; elsewhere when there is none, or when its path is too long for a socket. */
function sessionRuntimeDir(userRuntime: string | null, init: InitIdentity, used: UsedFolders): string {
  const directory = userRuntime && join(userRuntime, `init-${init.pid}`);
  if (directory && hasRoomForSocket(directory)) {
    const claimed = claimFolder(directory, init, used);
    if (hasRoomForSocket(claimed)) return claimed;
    rmSync(claimed, { recursive: true, force: true });
  }
  return claimFolder(join(tmpdir(), `upstart-${process.getuid?.() ?? 0}-${init.pid}`), init, used);
}

function hasRoomForSocket(directory: string): boolean {
  return Buffer.byteLength(join(directory, LONGEST_NAME)) <= MAX_SOCKET_PATH;
}

function sessionConfDirs(env: Environment): string[] {
  const systemDirs = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').filter(isAbsolute);
  const directories = [ownFolder(join(configHome(env), 'upstart')), join(home(env), '.init')];
  directories.push(...systemDirs.map((directory) => join(directory, 'upstart')));
  if (env.UPSTART_NO_SYSTEM_USERCONFDIR === undefined) directories.push('/usr/share/upstart/sessions');
  return directories;
}

/** Makes a folder that (without `mode`) only its owner may enter, if possible; otherwise its first use reports the error. */
function ownFolder(directory: string, mode = 0o700): string {
  try {
    makeFolder(directory, mode);
  } catch {
    // Reading job files, or writing logs, reports the error.
  }
  return directory;
}
