/**
 * Where an init finds its job files and puts its logs, sockets and state (reference: job files §1.1; jobs §9; control §7).
 */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, type Stats, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { formatAddress, SYSTEM_SOCKET_DIR } from '@upstart/protocol';
import { makeFolder } from './make-folder.ts';
import type { InitOptions } from './options.ts';

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
  /** What jobs find in UPSTART_SESSION; null for the system's init. */
  sessionAddress: string | null;
}

/** A path in a Unix socket's address has at most this many bytes. */
const MAX_SOCKET_PATH = 107;
/** Only the owner of something in the folder may rename or remove it. */
const S_ISVTX = 0o1000;

/** `initPid` is the pid that users know as init: the supervisor's. Makes the folders that are this init's own. */
export function findPlaces(options: InitOptions, env: Environment, initPid: number): Places {
  return options.user ? sessionPlaces(options, env, initPid) : systemPlaces(options, env);
}

function systemPlaces(options: InitOptions, env: Environment): Places {
  const confDirs = options.confDirs.length > 0 ? options.confDirs : [env.UPSTART_CONFDIR || '/etc/init'];
  const runtimeDir = env.UPSTART_SYSTEM_SOCKET_DIR || SYSTEM_SOCKET_DIR;
  ownFolder(runtimeDir, 0o755);
  return {
    sources: [...options.prependConfDirs, ...confDirs, ...options.appendConfDirs],
    logDir: env.UPSTART_LOGDIR || options.logDir || '/var/log/upstart',
    runtimeDir,
    sessionFile: null,
    sessionAddress: null,
  };
}

function sessionPlaces(options: InitOptions, env: Environment, initPid: number): Places {
  const confDirs = options.confDirs.length > 0 ? options.confDirs : sessionConfDirs(env);
  const userRuntime = userRuntimeDir(env);
  const runtimeDir = sessionRuntimeDir(userRuntime, initPid);
  return {
    sources: [...options.prependConfDirs, ...confDirs, ...options.appendConfDirs],
    logDir: options.logDir ?? ownFolder(join(absolute(env.XDG_CACHE_HOME) ?? join(home(env), '.cache'), 'upstart')),
    runtimeDir,
    sessionFile: userRuntime && join(ownFolder(join(userRuntime, 'sessions')), `${initPid}.session`),
    sessionAddress: formatAddress(join(runtimeDir, 'control.sock')),
  };
}

/** What is ours in the user's run-time folder; null where there is none, or where others may put things in our way. */
function userRuntimeDir(env: Environment): string | null {
  const runtime = absolute(env.XDG_RUNTIME_DIR);
  if (!runtime) return null;
  const directory = ownFolder(join(runtime, 'upstart'));
  return isKept(runtime) && isOurs(directory) ? directory : null;
}

/** Whether nobody else can rename or remove what is ours in this folder. One that cannot be looked at is not judged. */
function isKept(directory: string): boolean {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found) return true;
  const owned = found.uid === process.getuid?.() || found.uid === 0;
  return owned && ((found.mode & S_ISVTX) !== 0 || !isSharedWithOthers(found));
}

/** Whether this is a folder of ours, not a link to one, that nobody else can put anything into. */
function isOurs(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return !found || (found.isDirectory() && found.uid === process.getuid?.() && !isSharedWithOthers(found));
}

/** Whether others may write. A group that is our own is not others: many users have one to themselves. */
function isSharedWithOthers({ mode, gid }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== process.getgid?.());
}

/** Below the user's run-time folder; elsewhere when there is none, or when its path is too long for a socket. */
function sessionRuntimeDir(userRuntime: string | null, initPid: number): string {
  if (userRuntime) {
    const directory = join(userRuntime, `init-${initPid}`);
    if (Buffer.byteLength(join(directory, 'control.sock.new')) <= MAX_SOCKET_PATH) return ownFolder(directory);
  }
  return temporaryDir(join(tmpdir(), `upstart-${process.getuid?.() ?? 0}-${initPid}`));
}

/** A folder named after the init, which the daemons after this one find again; in a folder where others may be first. */
function temporaryDir(directory: string): string {
  if (makePrivate(directory) || isPrivate(directory)) return directory;
  const prefix = `${basename(directory)}-`;
  const others = readdirSync(dirname(directory)).filter((name) => name.startsWith(prefix));
  const ours = others.map((name) => join(dirname(directory), name)).find(isPrivate);
  return ours ?? mkdtempSync(`${directory}-`);
}

function makePrivate(directory: string): boolean {
  try {
    mkdirSync(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Whether this is a folder of ours, not a link to one, that nobody else can have put anything into. */
function isPrivate(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}

function sessionConfDirs(env: Environment): string[] {
  const systemDirs = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').filter(isAbsolute);
  const config = absolute(env.XDG_CONFIG_HOME) ?? join(home(env), '.config');
  const directories = [ownFolder(join(config, 'upstart')), join(home(env), '.init')];
  directories.push(...systemDirs.map((directory) => join(directory, 'upstart')));
  if (env.UPSTART_NO_SYSTEM_USERCONFDIR === undefined) directories.push('/usr/share/upstart/sessions');
  return directories;
}

/** The home folder; the root folder for those who have none. */
function home(env: Environment): string {
  return absolute(env.HOME) ?? '/';
}

function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}

/** Makes a folder that (without `mode`) only its owner may enter, if it can be made; whoever uses it will say what is wrong otherwise. */
function ownFolder(directory: string, mode = 0o700): string {
  try {
    makeFolder(directory, mode);
  } catch {
    // Reading job files from it, or writing logs to it, reports the trouble where it matters.
  }
  return directory;
}
