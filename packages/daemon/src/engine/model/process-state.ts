/**
 * A process of an instance, and the phases of its start.
 *
 * ```
 *             spawned            execed
 *    asked ────────────▶ started ────────▶ executed
 *    ▲   │ spawn-failed
 *    │   ├────────────▶ retrying ──┐
 *    │   └────────────▶ resolving ─┤
 *    └─────────────────────────────┘ timer
 * ```
 *
 * | phase     | meaning                                         | left by                                                  |
 * | --------- | ----------------------------------------------- | -------------------------------------------------------- |
 * | asked     | The supervisor got a spawn command for it and   | the report `spawned`: started. `spawn-failed`: retrying  |
 * |           | has not answered.                               | if the fork failed, resolving if something is looked up  |
 * | started   | It has a pid, and is set up to run its program. | the report `execed`, or the answer to a probe: executed  |
 * | executed  | Its program runs.                               | its end                                                  |
 * | retrying  | The machine had no process to give.             | its timer: asked, with another command                   |
 * | resolving | Its user, `env-file` or log is being looked at. | its timer: asked, with another command                   |
 *
 * In every phase the process is removed from its slot when it has ended, cannot be started, or is not needed any more. One that a
 * standing order has started begins as `asked`, one that was found running (`reports/adopt.ts`) as `executed`.
 */

export type ProcessPhase = 'asked' | 'started' | 'executed' | 'retrying' | 'resolving';

export interface ProcessState {
  phase: ProcessPhase;
  /** The id of the last spawn command: how the supervisor knows the process. It knows none by it while a timer runs. */
  token: number;
  /** 0 before `started`. */
  pid: number;
  /** The pid before forks were followed. */
  firstPid: number;
  forks: number;
  /** Failed attempts to fork so far. */
  retries: number;
  /** Attempts so far that were too early, because its user or its files of variables were looked up. Absent: none, nor was its log. */
  lookups?: number;
  /** A standing order may be given for its end: another process like it is what the job needs then. */
  orderable?: boolean;
  /** The signal that has stopped it, until it is continued. */
  stopped?: number;
}

const PHASES: Readonly<Record<ProcessPhase, { hasPid: boolean; hasTimer: boolean }>> = {
  asked: { hasPid: false, hasTimer: false },
  started: { hasPid: true, hasTimer: false },
  executed: { hasPid: true, hasTimer: false },
  retrying: { hasPid: false, hasTimer: true },
  resolving: { hasPid: false, hasTimer: true },
};

/** A process that the supervisor was commanded to spawn; with a pid it has started already. */
export function newProcess(token: number, orderable: boolean, pid = 0): ProcessState {
  const phase = pid === 0 ? 'asked' : 'started';
  return { phase, token, pid, firstPid: pid, forks: 0, retries: 0, orderable };
}

export function hasPid({ phase }: ProcessState): boolean {
  return PHASES[phase].hasPid;
}

/** Whether it has been asked for: one that waits until the end of its log is known has no token yet. */
export function hasToken({ token }: ProcessState): boolean {
  return token !== 0;
}

/** Whether the next attempt to spawn it waits for a timer. The supervisor does not know its token. */
export function waitsForTimer({ phase }: ProcessState): boolean {
  return PHASES[phase].hasTimer;
}
