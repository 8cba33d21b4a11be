/** Operations on one control group, by the files in its folder (reference: jobs §8.2, steps 19 and 23; jobs §11). */
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeSync,
} from 'node:fs';
import type { Usage } from '../proc/process-tree.ts';
import { CgroupError, errnoOf } from './cgroup-error.ts';

const ENOENT = 2;
const EBUSY = 16;
const EEXIST = 17;
const EINVAL = 22;
const SIGKILL = 9;
const MODE = 0o755;
/** The name of a file has fewer bytes than this. */
const NAME_MAX = 256;
/** The most rounds of killing the processes of a group of version 1: some may fork meanwhile. */
const ROUNDS = 20;
/** Milliseconds between two rounds. */
const ROUND_MS = 1;

/** The files of a group that the job's user may change. */
const DELEGATED = ['', '/cgroup.procs', '/tasks', '/cgroup.threads', '/cgroup.subtree_control'];

const PROCESSES = 'cgroup.procs';

/** The file that moves a process into the group when it writes 0. */
export function processesFile(path: string): string {
  return `${path}/${PROCESSES}`;
}

/** A file of a group. Throws where it cannot be read. */
function read(path: string, name: string): string {
  return readFileSync(`${path}/${name}`, 'latin1');
}

function write(path: string, text: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function attempt(action: () => void, ...allowed: number[]): number {
  try {
    action();
    return 0;
  } catch (error) {
    const errno = errnoOf(error);
    if (!allowed.includes(errno)) throw new CgroupError(errno);
    return errno;
  }
}

/** Makes the group, and the missing ones above it. Throws CgroupError. */
export function makeGroup(path: string, controller: string | null): void {
  for (let at = path.indexOf('/', 1); at >= 0; at = path.indexOf('/', at + 1)) {
    const part = path.slice(0, at);
    if (!existsSync(part)) attempt(() => mkdirSync(part, MODE), EEXIST);
    if (controller !== null) handDown(part, controller);
  }
  attempt(() => mkdirSync(path, MODE), EEXIST);
}

/** A group of version 2 has only the controllers that its parent hands down. Where the parent cannot, setting values fails. */
function handDown(path: string, controller: string): void {
  try {
    write(`${path}/cgroup.subtree_control`, `+${controller}`);
  } catch {}
}

/** Sets `memory.max`; a job may write `max` or `memory.max`. Throws CgroupError. */
export function setValue(path: string, controller: string, key: string, value: string): void {
  const name = key.startsWith(`${controller}.`) ? key : `${controller}.${key}`;
  if (name.includes('/') || Buffer.byteLength(name) >= NAME_MAX) throw new CgroupError(EINVAL);
  attempt(() => write(`${path}/${name}`, value));
}

/** Gives the group to the user and group of its processes; null: leaves it to init's. Throws CgroupError. */
export function delegate(path: string, uid: number | null, gid: number | null): void {
  if (uid === null && gid === null) return;
  for (const name of DELEGATED) attempt(() => chownSync(`${path}${name}`, uid ?? -1, gid ?? -1), ENOENT);
}

/** Removes a group, and its empty parents below `base` that `isFree`. Returns false if the group cannot be removed now. */
export function removeGroup(path: string, base: string, isFree: (path: string) => boolean): boolean {
  if (isBusy(path)) return false;
  for (let above = parentOf(path); above.length > base.length && isFree(above); above = parentOf(above)) {
    try {
      rmdirSync(above);
    } catch {
      break;
    }
  }
  return true;
}

function isBusy(path: string): boolean {
  try {
    rmdirSync(path);
    return false;
  } catch (error) {
    return errnoOf(error) === EBUSY;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function processesIn(path: string): number[] {
  try {
    const pids = read(path, PROCESSES).split('\n').map(Number);
    return pids.filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

/** Sends SIGKILL to all processes of a group; returns their number. */
export function killGroup(path: string): number {
  const { length } = processesIn(path);
  if (length > 0 && !killAtOnce(path)) for (let round = 0; round < ROUNDS && killEach(path); round++) pause();
  return length;
}

function killAtOnce(path: string): boolean {
  try {
    write(`${path}/cgroup.kill`, '1');
    return true;
  } catch {
    return false;
  }
}

/** Returns false if the group was empty. */
function killEach(path: string): boolean {
  const pids = processesIn(path);
  for (const pid of pids) {
    try {
      process.kill(pid, SIGKILL);
    } catch {
      // The process has ended, or belongs to a user whose processes init may not kill.
    }
  }
  return pids.length > 0;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ROUND_MS);
}

/** The memory that the processes of a group of version 2 use, without the kernel's caches; null where the kernel does not report it. */
export function groupUsage(path: string): Usage | null {
  try {
    const memory = Number(read(path, 'memory.current'));
    const cached = numberOf('inactive_file', read(path, 'memory.stat'));
    const cpu = numberOf('usage_usec', read(path, 'cpu.stat'));
    return { memoryBytes: Math.max(0, memory - cached), cpuMs: Math.round(cpu / 1000) };
  } catch {
    return null;
  }
}

/** A line `NAME NUMBER` of a file of the kernel's. Throws without one. */
function numberOf(name: string, text: string): number {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text);
  if (!found) throw new Error(`there is no ${name}`);
  return Number(found[1]);
}
