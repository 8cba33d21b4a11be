/** Probes of instances: the state of `ready`, and what the prober outside of the engine gets of each. */
import type { ProbeTarget } from '@upstart/job-language';

/** A probe that has not succeeded yet. */
export interface PendingProbe {
  /** How the prober knows it. */
  id: number;
  /** Its place among the probes of the job's file. */
  index: number;
  /** Why it can never be tried, in words. */
  fault?: string;
  /** Why it failed last, in words; absent: it was not tried yet. */
  answer?: string;
}

/** A start that waits for its probes. */
export interface ReadinessState {
  /** The ready timeout, and its end in milliseconds since the epoch. */
  timer: number;
  until: number;
  pending: PendingProbe[];
}

/** A probe as the prober tries it until it succeeds, or is dropped. */
export interface ArmedProbe {
  id: number;
  instance: number;
  target: ProbeTarget;
  /** The pause between two tries, and the longest time of one. */
  intervalMs: number;
  timeoutMs: number;
}

/** What came of a try: of one that has failed as the one before it did, nothing is reported. */
export interface ProbeResult {
  id: number;
  instance: number;
  isGood: boolean;
  /** In words: `connection refused`, `HTTP 503`. */
  answer: string;
}
