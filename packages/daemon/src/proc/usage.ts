/** The memory and processor time of whole process trees of jobs, from /proc. Reads nothing until a client asks. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { processIds, statFields } from './processes.ts';

export interface Usage {
  memoryBytes: number;
  /** On all processors together, in milliseconds; includes children that have ended. */
  cpuMs: number;
}

/** One process, by proc(5). */
interface Entry extends Usage {
  pid: number;
  parent: number;
  /** The session that it belongs to, in the kernel's sense. */
  leader: number;
  threads: number;
}

/** The number of processes that are examined in one turn of the event loop. */
const SLICE = 50;
/** The most processes, or threads of one, that are examined: healthy jobs have fewer. Beyond that there is no answer. */
const MAX_LOOKS = 20_000;
/** A tick of processor times in /proc, the same on every Linux. */
const TICK_MS = 10;
/** AT_PAGESZ in /proc/self/auxv, whose entries are pairs of numbers of eight bytes. */
const AT_PAGESZ = 6n;
const USUAL_PAGE = 4096;
const STAT_BYTES = 1024;

export interface UsageParts {
  initPid: number;
  /** The pids that init supervises at present. */
  supervised(): Iterable<number>;
  /** The folder of processes; /proc by default. */
  folder?: string;
  most?: number;
}

/** One scan at a time, shared by all callers. */
export class ProcessUsage {
  readonly #parts: Required<UsageParts>;
  readonly #bytes = Buffer.alloc(STAT_BYTES);
  #look: Promise<ProcessTree | null> | null = null;

  constructor(parts: UsageParts) {
    this.#parts = { folder: '/proc', most: MAX_LOOKS, ...parts };
  }

  /** Null if there are too many processes, or no /proc. */
  look(): Promise<ProcessTree | null> {
    this.#look ??= this.#lookAround().finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async #lookAround(): Promise<ProcessTree | null> {
    const { initPid, most, folder, supervised } = this.#parts;
    const pageSize = readPageSize(folder);
    const init = this.#read(initPid, pageSize);
    if (!init) return null;
    const own = [...supervised()];
    const orphans = this.#childrenOf(init);
    const all = processIds(folder);
    // A list of children for each costs as much as a look at another process. Without such lists the parent of every process has to be read.
    const isWhole = orphans === null || all.length <= Math.min(2 * own.length, most);
    const open = isWhole ? all : [...own, ...orphans];
    const roots = new Set(own);
    const leaders = new Set<number>();
    const found = new Map<number, Entry>();
    for (let looks = 0; looks < open.length; looks++) {
      if (looks >= most) return null;
      if (looks % SLICE === SLICE - 1) await turn();
      const pid = open[looks] as number;
      const entry = found.has(pid) ? null : this.#read(pid, pageSize);
      if (!entry) continue;
      found.set(pid, entry);
      if (roots.has(pid)) leaders.add(entry.leader);
      // Skips other children of init, which belong to no job.
      if (isWhole || (entry.parent === initPid && !roots.has(pid) && !leaders.has(entry.leader))) continue;
      open.push(...(this.#childrenOf(entry) ?? []));
    }
    return new ProcessTree([...found.values()], init.leader);
  }

  #read(pid: number, pageSize: number): Entry | null {
    const text = this.#text(`${pid}/stat`);
    if (text === null) return null;
    const texts = statFields(text);
    const field = (number: number): number => Number(texts(number));
    const ticks = field(14) + field(15) + field(16) + field(17);
    const usage = { memoryBytes: field(24) * pageSize, cpuMs: ticks * TICK_MS };
    return { pid, parent: field(4), leader: field(6), threads: field(20), ...usage };
  }

  /** Null if the kernel has no lists of children: each thread has its own. */
  #childrenOf({ pid, threads }: Entry): number[] | null {
    if (threads <= 1) return this.#children(pid, pid);
    const lists = processIds(join(this.#parts.folder, String(pid), 'task')).map((thread) =>
      this.#children(pid, thread),
    );
    return lists.includes(null) ? null : lists.flatMap((list) => list ?? []);
  }

  #children(pid: number, thread: number): number[] | null {
    const path = join(this.#parts.folder, String(pid), 'task', String(thread), 'children');
    try {
      return readFileSync(path, 'latin1').trim().split(' ').filter(Boolean).map(Number);
    } catch {
      return null;
    }
  }

  /** Reads a short file with few system calls: there may be thousands of them. */
  #text(path: string): string | null {
    try {
      const file = openSync(join(this.#parts.folder, path), 'r');
      try {
        return this.#bytes.toString('latin1', 0, readSync(file, this.#bytes, 0, STAT_BYTES, 0));
      } finally {
        closeSync(file);
      }
    } catch {
      return null;
    }
  }
}

export class ProcessTree {
  readonly #byPid = new Map<number, Entry>();
  readonly #children = new Map<number, Entry[]>();
  readonly #sessions = new Map<number, Entry[]>();
  readonly #initLeader: number;

  /** `initLeader`: the session of init, which belongs to no job. */
  constructor(entries: readonly Entry[], initLeader: number) {
    this.#initLeader = initLeader;
    for (const entry of entries) {
      this.#byPid.set(entry.pid, entry);
      add(this.#children, entry.parent, entry);
      add(this.#sessions, entry.leader, entry);
    }
  }

  /** The usage of these processes, of all processes in their sessions, and of all their descendants; null: none exists. */
  usageOf(pids: readonly number[]): Usage | null {
    const roots = pids.flatMap((pid) => this.#byPid.get(pid) ?? []);
    const open = roots.flatMap((root) => [
      root,
      ...(root.leader === this.#initLeader ? [] : (this.#sessions.get(root.leader) ?? [])),
    ]);
    const found = new Set<Entry>();
    for (let entry = open.pop(); entry; entry = open.pop()) {
      if (found.has(entry)) continue;
      found.add(entry);
      open.push(...(this.#children.get(entry.pid) ?? []));
    }
    if (found.size === 0) return null;
    const usage = { memoryBytes: 0, cpuMs: 0 };
    for (const { memoryBytes, cpuMs } of found) {
      usage.memoryBytes += memoryBytes;
      usage.cpuMs += cpuMs;
    }
    return usage;
  }
}

function add(lists: Map<number, Entry[]>, key: number, entry: Entry): void {
  const list = lists.get(key);
  if (list) list.push(entry);
  else lists.set(key, [entry]);
}

function readPageSize(folder: string): number {
  try {
    const vector = readFileSync(`${folder}/self/auxv`);
    for (let at = 0; at + 16 <= vector.length; at += 16)
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) return Number(vector.readBigUInt64LE(at + 8));
  } catch {
    // The size on most machines.
  }
  return USUAL_PAGE;
}
