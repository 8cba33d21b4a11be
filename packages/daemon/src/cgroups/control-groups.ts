/**
 * The control groups of jobs, on the kernel's own file systems (reference: jobs §11). Makes and sets up a group before a process that
 * enters it is started, and removes it when it is empty and unused.
 */
import { readdirSync } from 'node:fs';
import { errnoText } from '@upstart/common';
import { leftBehindText } from '../engine/processes/cgroups.ts';
import type { SpawnSpec } from '../supervisor/process-messages.ts';
import { CgroupError } from './cgroup-error.ts';
import { delegate, killGroup, makeGroup, processesFile, removeGroup, setValue } from './group-files.ts';
import { findBase, type Viewpoint } from './hierarchy.ts';

const EINVAL = 22;
/** The pause before a group that still had processes is checked again, in milliseconds. */
const RETRY_MS = 1000;
/** The folder of jobs' groups without a name of their own. */
const OWN_FOLDER = 'upstart';

export type GroupsSpec = Pick<SpawnSpec, 'cgroups' | 'jobCgroup'>;

/** The files through which a process enters its groups. */
export interface Entrance {
  files: string[];
  /** The file of the group of the whole job; null: there is none. A process that cannot enter this group still runs. */
  jobFile: string | null;
}

export const NO_ENTRANCE: Entrance = { files: [], jobFile: null };

interface Group {
  path: string;
  /** The part of the path that existed before; init removes the rest. */
  base: string;
}

interface Use extends Group {
  /** The processes in the group, and those that are about to enter it. */
  users: Set<number>;
}

/** The user that owns the group; null: init's own user. */
interface Owner {
  uid: number | null;
  gid: number | null;
}

export class ControlGroups {
  readonly #viewpoint: Viewpoint;
  readonly #say: (text: string) => void;
  /** By path. */
  readonly #uses = new Map<string, Use>();
  readonly #usedBy = new Map<number, Use[]>();
  /** Groups that were not empty when their last process had ended, by path. */
  readonly #leftover = new Map<string, Group>();
  #timer: NodeJS.Timeout | null = null;
  #hasComplained = false;

  /** `say` logs a warning for the administrator. */
  constructor(viewpoint: Viewpoint, say: (text: string) => void) {
    this.#viewpoint = viewpoint;
    this.#say = say;
  }

  /** Makes and sets up the groups of a process. Throws CgroupError. */
  prepare(process: number, { cgroups, jobCgroup }: GroupsSpec, owner: Owner): Entrance {
    if (cgroups.length === 0 && jobCgroup === null) return NO_ENTRANCE;
    const wanted = cgroups.map((setting) => {
      const group = this.#use(process, setting.controller, setting.name);
      makeGroup(group.path, setting.controller);
      return { ...setting, path: group.path };
    });
    const jobFile = jobCgroup === null ? null : this.#prepareJob(process, jobCgroup);
    for (const { path, controller, key, value } of wanted) {
      if (key) setValue(path, controller, key, value ?? '');
      delegate(path, owner.uid, owner.gid);
    }
    return { files: wanted.map(({ path }) => processesFile(path)), jobFile };
  }

  /** The job's own group only serves to find its processes: trouble with it is logged once. */
  #prepareJob(process: number, name: string): string | null {
    try {
      const { path } = this.#use(process, null, this.#jobGroupName(name));
      makeGroup(path, null);
      return processesFile(path);
    } catch (error) {
      if (!(error instanceof CgroupError)) throw error;
      if (!this.#hasComplained) this.#say(`Jobs have no control groups of their own: ${errnoText(error.errno)}`);
      this.#hasComplained = true;
      return null;
    }
  }

  /** Notes the groups of processes that an earlier daemon has started, and removes its empty ones. */
  resume(processes: Iterable<{ token: number; spec: GroupsSpec }>): void {
    const bases = new Set<string>();
    for (const { token, spec } of processes) {
      const names = spec.cgroups.map(({ controller, name }) => ({ controller: controller as string | null, name }));
      if (spec.jobCgroup !== null) names.push({ controller: null, name: this.#jobGroupName(spec.jobCgroup) });
      for (const { controller, name } of names) {
        try {
          bases.add(this.#use(token, controller, name).base);
        } catch (error) {
          if (!(error instanceof CgroupError)) throw error;
        }
      }
    }
    for (const base of bases) this.#sweep(base);
  }

  /** The process has ended, or was never started. */
  ended(process: number): void {
    for (const use of this.#usedBy.get(process) ?? []) {
      use.users.delete(process);
      if (use.users.size > 0) continue;
      this.#uses.delete(use.path);
      this.#remove(use);
    }
    this.#usedBy.delete(process);
  }

  /** Kills every process in the group of a job. */
  kill(name: string): void {
    let path: string;
    try {
      path = this.#find(null, this.#jobGroupName(name)).path;
    } catch (error) {
      if (!(error instanceof CgroupError)) throw error;
      return;
    }
    const count = killGroup(path);
    const job = name.slice(name.indexOf('/') + 1);
    if (count > 0) this.#say(leftBehindText(job, count));
  }

  #use(process: number, controller: string | null, name: string): Group {
    const group = this.#find(controller, name);
    const use = this.#uses.get(group.path) ?? { ...group, users: new Set() };
    this.#uses.set(group.path, use);
    use.users.add(process);
    const used = this.#usedBy.get(process);
    if (!used) this.#usedBy.set(process, [use]);
    else if (!used.includes(use)) used.push(use);
    return group;
  }

  #find(controller: string | null, name: string): Group {
    if (!isGoodName(name)) throw new CgroupError(EINVAL);
    const base = findBase(controller, this.#viewpoint);
    return { path: `${base}/${name}`, base };
  }

  /** The name of a job's group. Two inits never share one. */
  #jobGroupName(name: string): string {
    const { pid } = this.#viewpoint;
    return pid === 1 ? name : `${this.#ownFolder()}/${name.slice(name.indexOf('/') + 1)}`;
  }

  #ownFolder(): string {
    const { pid } = this.#viewpoint;
    return pid === 1 ? OWN_FOLDER : `${OWN_FOLDER}-${pid}`;
  }

  /** Removes groups that an earlier daemon has left. */
  #sweep(base: string): void {
    for (const folder of new Set([OWN_FOLDER, this.#ownFolder()])) {
      for (const name of foldersIn(`${base}/${folder}`)) {
        const path = `${base}/${folder}/${name}`;
        if (!this.#uses.has(path)) this.#remove({ path, base });
      }
    }
  }

  #remove(group: Group): void {
    if (removeGroup(group.path, group.base, (path) => !this.#uses.has(path))) return;
    this.#leftover.set(group.path, group);
    this.#retryLater();
  }

  #retryLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const groups = [...this.#leftover.values()];
      this.#leftover.clear();
      // A group that is in use again is removed after its last process.
      for (const group of groups) if (!this.#uses.has(group.path)) this.#remove(group);
    }, RETRY_MS).unref();
  }
}

/** Whether the name is relative and stays below the folder that it is relative to. */
export function isGoodName(name: string): boolean {
  return !name.includes('\0') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
  } catch {
    return [];
  }
}
