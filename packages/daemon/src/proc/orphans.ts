/**
 * Processes of jobs that init does not supervise: their parents have ended, so they are children of init, but init did not start them. They
 * survive the end of their job.
 */
import { readFile, readlink } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { inTime } from '@upstart/common';
import { type OwnJob, ownJob, type ProcessFacts, processIds, readFacts, splitTexts } from './processes.ts';

export interface Orphan extends OwnJob, Pick<ProcessFacts, 'pid' | 'started'> {
  job: string;
  /** The session that it belongs to, in the kernel's sense. */
  leader: number;
  argv: string[];
}

/** The most processes that are examined in one turn of the event loop. */
const SLICE = 50;
/** The most orphans that are examined: the newest ones. */
export const MAX_ORPHANS = 100;
/** The timeout for all questions about one process, in milliseconds: the kernel may block a reader. */
const PATIENCE_MS = 1000;

/** One scan at a time, shared by all callers. */
export class Orphans {
  readonly #initPid: number;
  readonly #supervised: () => ReadonlySet<number>;
  readonly #patienceMs: number;
  #look: Promise<Orphan[]> | null = null;

  /** `supervised` returns the pids that init supervises at present. A look ends at a process that takes longer than `patienceMs`. */
  constructor(initPid: number, supervised: () => ReadonlySet<number>, patienceMs = PATIENCE_MS) {
    this.#initPid = initPid;
    this.#supervised = supervised;
    this.#patienceMs = patienceMs;
  }

  find(): Promise<Orphan[]> {
    this.#look ??= this.#lookAround().finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async #lookAround(): Promise<Orphan[]> {
    const children: ProcessFacts[] = [];
    const known = this.#supervised();
    for (const [i, pid] of processIds().entries()) {
      if (i % SLICE === SLICE - 1) await turn();
      const facts = readFacts(pid);
      if (facts && this.#isOrphan(facts) && !known.has(pid)) children.push(facts);
    }
    const found: Orphan[] = [];
    for (const facts of children.sort((a, b) => b.started - a.started).slice(0, MAX_ORPHANS)) {
      const orphan = await inTime(ask(facts), this.#patienceMs);
      // A file that blocks one reader may block the next one, too.
      if (orphan === 'late') break;
      if (orphan) found.push(orphan);
    }
    // Processes started meanwhile are known by now.
    const knownNow = this.#supervised();
    return found.filter(({ pid }) => !knownNow.has(pid)).reverse();
  }

  #isOrphan({ pid, parent, state }: ProcessFacts): boolean {
    return parent === this.#initPid && pid !== process.pid && !'ZXD'.includes(state);
  }
}

/** The job of a process by its environment; null where it belongs to no job of an init in this pid namespace. */
async function ask({ pid, session: leader, started }: ProcessFacts): Promise<Orphan | null> {
  try {
    const own = ownJob(splitTexts(await readFile(`/proc/${pid}/environ`)));
    if (own.job === null) return null;
    const [theirs, ours] = await Promise.all([readlink(`/proc/${pid}/ns/pid`), readlink('/proc/self/ns/pid')]);
    if (theirs !== ours) return null;
    const argv = splitTexts(await readFile(`/proc/${pid}/cmdline`));
    return { ...own, job: own.job, pid, leader, started, argv };
  } catch {
    // It has ended, or is another user's.
    return null;
  }
}
