/** Where control groups of version 1 and 2 are mounted, and the group of init. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { CgroupError, errnoOf } from './cgroup-error.ts';

const ENOENT = 2;
const EINVAL = 22;

/** A line of mountinfo: 36 35 98:0 ROOT POINT OPTIONS… - TYPE SOURCE SUPER-OPTIONS */
interface Mount {
  root: string;
  point: string;
  second: boolean;
  options: string[];
}

/** The process whose mounts and groups count: init. */
export interface Viewpoint {
  pid: number;
  /** The folder of processes; tests have their own. */
  proc?: string;
}

/**
 * The path of the group that names of `controller` are relative to: the root of its hierarchy for process 1, otherwise the group of init.
 * The hierarchy is the one of version 1 with this controller (`name=x` for one without controllers), or that of version 2 if it has the
 * controller. `controller` null: any hierarchy that can keep processes together. Throws CgroupError.
 */
export function findBase(controller: string | null, viewpoint: Viewpoint): string {
  if (controller === '') throw new CgroupError(EINVAL);
  const mounts = readMounts(viewpoint);
  const view = { ...viewpoint, mounts };
  if (controller !== null) return usable(view, (mount) => hasController(mount, controller));
  try {
    // Version 2 can kill a whole group at once.
    return usable(view, ({ second }) => second);
  } catch (error) {
    if (!(error instanceof CgroupError)) throw error;
    return usable(view, ({ second, options }) => !second && options.some((option) => option.startsWith('name=')));
  }
}

function usable(view: Viewpoint & { mounts: Mount[] }, isWanted: (mount: Mount) => boolean): string {
  let errno = ENOENT;
  for (const mount of view.mounts) {
    if (!isWanted(mount)) continue;
    const path = baseIn(mount, view);
    try {
      accessSync(path, constants.W_OK);
      return path;
    } catch (error) {
      errno = errnoOf(error);
    }
  }
  throw new CgroupError(errno);
}

function readMounts({ pid, proc = '/proc' }: Viewpoint): Mount[] {
  let text: string;
  try {
    text = readFileSync(`${proc}/${pid}/mountinfo`, 'latin1');
  } catch (error) {
    throw new CgroupError(errnoOf(error));
  }
  return text.split('\n').flatMap((line) => parseMount(line) ?? []);
}

function parseMount(line: string): Mount | null {
  const [front = '', back = ''] = line.split(' - ', 2);
  const [, , , root, point] = front.split(' ');
  const [type, source, options] = back.split(' ');
  if (root === undefined || point === undefined || source === undefined || options === undefined) return null;
  if (type !== 'cgroup' && type !== 'cgroup2') return null;
  return { root: decode(root), point: decode(point), second: type === 'cgroup2', options: options.split(',') };
}

/** Undoes the \040 of mountinfo. */
function decode(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}

function hasController({ point, second, options }: Mount, controller: string): boolean {
  if (!second) return options.includes(controller);
  try {
    return readFileSync(`${point}/cgroup.controllers`, 'latin1').trim().split(' ').includes(controller);
  } catch {
    return false;
  }
}

function baseIn(mount: Mount, viewpoint: Viewpoint): string {
  const group = viewpoint.pid === 1 ? '' : ownGroup(mount, viewpoint);
  // The mount may be only a part of the hierarchy.
  const root = mount.root === '/' ? '' : mount.root;
  const below = group.startsWith(root) ? group.slice(root.length) : group;
  return `${mount.point}${below}`.replace(/(?<=.)\/+$/, '');
}

/** The group that init is in, by /proc/PID/cgroup: NUMBER:CONTROLLERS:PATH. The first of its controllers names a hierarchy of version 1. */
function ownGroup({ second, options }: Mount, { pid, proc = '/proc' }: Viewpoint): string {
  let text: string;
  try {
    text = readFileSync(`${proc}/${pid}/cgroup`, 'latin1');
  } catch {
    return '';
  }
  let own = '';
  for (const line of text.split('\n')) {
    const [, controllers, group] = /^[^:]*:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || group === undefined) continue;
    const [first = ''] = controllers.split(',');
    if (second ? controllers === '' : first !== '' && options.includes(first)) own = group;
  }
  return own;
}
