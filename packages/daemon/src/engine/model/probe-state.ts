/** Probes of instances: the state of `ready` and `check`, and what the prober outside of the engine gets of each. */
import type { ProbeTarget } from '@upstart/job-language';

/** A probe that the engine waits for. */
export interface TriedProbe {
  /** How the prober knows it; 0: it is not tried now. */
  id: number;
  /** Its place among the probes of the job's file. */
  index: number;
  /** Why it can never be tried, in words. */
  fault?: string;
  /** Why it failed last, in words; absent: it was not tried yet, or succeeded last. */
  answer?: string;
  /** Of a command: the timer of its next try, and whether the last one took up its whole time. */
  timer?: number;
  isSlow?: true;
}

/** A probe of `ready` that has not succeeded yet. */
export type PendingProbe = TriedProbe;

/** A start that waits for its probes. */
export interface ReadinessState {
  /** The ready timeout. */
  timer: number;
  pending: PendingProbe[];
}

/** A probe of `check`. Its id is 0 while its instance does not run. */
export interface CheckState extends TriedProbe {
  /** In a row, up to the number that makes the instance unhealthy. */
  failures: number;
  /** Since when it is unhealthy, in milliseconds since the epoch; also while it restarts. Absent: it is not. */
  unhealthySince?: number;
}

/**
 * The end of the log of a job at the moment before its main process began, for `ready log`. The id is that of the question for it, 0: it
 * is known. `file` is the inode; '': there was no file.
 */
export interface LogMark {
  id: number;
  /** The timer of the question. */
  timer: number;
  file?: string;
  size?: number;
}

/** A process of `ready exec` or `check exec`, by the id of the command that started it. */
export interface ProbeProcess {
  token: number;
  instance: number;
  /** The probe that it answers; 0: none any more, it has been killed. */
  probe: number;
  /** 0: not known yet. */
  pid: number;
  /** The timer of its timeout; 0: that has passed, and it has been killed. */
  timer: number;
}

/** A try of a command that waits until fewer run. */
export interface QueuedTry {
  instance: number;
  probe: number;
}

/** Where to look for a line of output: behind the mark. */
export interface LogTarget {
  kind: 'log';
  path: string;
  pattern: string;
  file: string;
  offset: number;
  /** The main process as it was started: the output of others in that log does not count. 0: not known, then it does. */
  pid: number;
}

/** A question for the end of a log: the answer is `INODE SIZE`. */
export interface LogEndTarget {
  kind: 'log-end';
  path: string;
}

/** A probe as the prober tries it until it succeeds, or for `check` until it is dropped. */
export interface ArmedProbe {
  id: number;
  instance: number;
  target: ProbeTarget | LogTarget | LogEndTarget;
  /** The pause between two tries, and the longest time of one. */
  intervalMs: number;
  timeoutMs: number;
  /** Of `check`: what the engine knows of it, and so what has to be reported. */
  check?: {
    failures: number;
    /** More failures than that change nothing. */
    threshold: number;
    isUnhealthy: boolean;
  };
}

/** What came of a try: of one that changes nothing nothing is reported. */
export interface ProbeResult {
  id: number;
  instance: number;
  isGood: boolean;
  /** In words: `connection refused`, `HTTP 503`. */
  answer: string;
}

/** The longest answer that is kept, in characters. */
export const MAX_ANSWER = 200;

export function keptAnswer(answer: string): string {
  return answer.length <= MAX_ANSWER ? answer : `${answer.slice(0, MAX_ANSWER - 1)}…`;
}

const GOLDEN_RATIO = 0.618033988749895;

/** When the first of the checks with this id comes, in milliseconds after it was armed: ids in a row are spread over the interval. */
export function firstCheckMs(id: number, intervalMs: number): number {
  return Math.round(((id * GOLDEN_RATIO) % 1) * intervalMs);
}
