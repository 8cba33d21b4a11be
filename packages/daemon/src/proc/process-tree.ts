/** Processes by their sessions and parents, as one look at /proc has found them. */

export interface Usage {
  memoryBytes: number;
  /** On all processors together, in milliseconds; includes children that have ended. */
  cpuMs: number;
}

/** One process, by proc(5). */
export interface Found extends Usage {
  readonly pid: number;
  readonly parent: number;
  /** The session that it belongs to, in the kernel's sense. */
  readonly leader: number;
  readonly threads: number;
}

/** Its lists go through the entries themselves: most processes have no others in theirs. */
interface Entry {
  readonly process: Found;
  firstChild: Entry | null;
  nextSibling: Entry | null;
  nextInSession: Entry | null;
  /** The last question in which it was counted. */
  countedIn: number;
}

export class ProcessTree {
  readonly #byPid = new Map<number, Entry>();
  /** Of each session the first entry. */
  readonly #sessions = new Map<number, Entry>();
  readonly #initLeader: number;
  #questions = 0;

  /** `initLeader`: the session of init, which belongs to no job. */
  constructor(processes: Iterable<Found>, initLeader: number) {
    this.#initLeader = initLeader;
    for (const process of processes) {
      const nextInSession = this.#sessions.get(process.leader) ?? null;
      const entry: Entry = { process, firstChild: null, nextSibling: null, nextInSession, countedIn: 0 };
      this.#byPid.set(process.pid, entry);
      this.#sessions.set(process.leader, entry);
    }
    for (const entry of this.#byPid.values()) {
      const parent = this.#byPid.get(entry.process.parent);
      if (!parent) continue;
      entry.nextSibling = parent.firstChild;
      parent.firstChild = entry;
    }
  }

  /** The usage of these processes, of all processes in their sessions, and of all their descendants; null: none exists. */
  usageOf(pids: readonly number[]): Usage | null {
    const question = ++this.#questions;
    const open: Entry[] = [];
    for (const pid of pids) {
      const root = this.#byPid.get(pid);
      if (!root) continue;
      open.push(root);
      const { leader } = root.process;
      if (leader === this.#initLeader) continue;
      for (let one = this.#sessions.get(leader) ?? null; one; one = one.nextInSession) open.push(one);
    }
    if (open.length === 0) return null;
    const usage = { memoryBytes: 0, cpuMs: 0 };
    for (let entry = open.pop(); entry; entry = open.pop()) {
      if (entry.countedIn === question) continue;
      entry.countedIn = question;
      usage.memoryBytes += entry.process.memoryBytes;
      usage.cpuMs += entry.process.cpuMs;
      for (let child = entry.firstChild; child; child = child.nextSibling) open.push(child);
    }
    return usage;
  }
}
