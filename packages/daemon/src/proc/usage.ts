/** The memory and processor time of whole process trees of jobs, from /proc. Reads nothing until a client asks. */
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { type Found, ProcessTree } from './process-tree.ts';
import { processIds } from './processes.ts';
import { ShortFiles } from './short-files.ts';

/** The number of processes that are examined in one turn of the event loop. */
const SLICE = 50;
/** The most processes, or threads of one, that are examined: healthy jobs have fewer. Beyond that there is no answer. */
const MAX_LOOKS = 20_000;
/** A tick of processor times in /proc, the same on every Linux. */
const TICK_MS = 10;
/** AT_PAGESZ in /proc/self/auxv, whose entries are pairs of numbers of eight bytes. */
const AT_PAGESZ = 6n;
const USUAL_PAGE = 4096;

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
  readonly #files = new ShortFiles();
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
    const found = new Map<number, Found>();
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
    return new ProcessTree(found.values(), init.leader);
  }

  #read(pid: number, pageSize: number): Found | null {
    const fields = this.#files.stat(`${this.#parts.folder}/${pid}/stat`);
    if (fields === null) return null;
    const field = (number: number): number => fields[number] as number;
    const ticks = field(14) + field(15) + field(16) + field(17);
    const usage = { memoryBytes: field(24) * pageSize, cpuMs: ticks * TICK_MS };
    return { pid, parent: field(4), leader: field(6), threads: field(20), ...usage };
  }

  /** Null if the kernel has no lists of children: each thread has its own. */
  #childrenOf({ pid, threads }: Found): number[] | null {
    if (threads <= 1) return this.#children(pid, pid);
    const lists = processIds(`${this.#parts.folder}/${pid}/task`).map((thread) => this.#children(pid, thread));
    return lists.includes(null) ? null : lists.flatMap((list) => list ?? []);
  }

  #children(pid: number, thread: number): number[] | null {
    return this.#files.numbers(`${this.#parts.folder}/${pid}/task/${thread}/children`);
  }
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
