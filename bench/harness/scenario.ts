/**
 * A scenario is data: what is measured, at which sizes, on whom, and what is hoped for. `measure.ts` runs it.
 */

/** How thorough a run is. */
export type Effort = 'quick' | 'usual' | 'long';

export interface Metric {
  name: string;
  unit: string;
  better: 'less' | 'more';
  goals?: Goal[];
}

/** What `this init` is to reach, at one size or at all. */
export type Goal = { size?: number } & (
  | { atMost: number }
  /** At most so many times the limit, measured in alternation. */
  | { timesLimit: number }
);

/** Somebody who does the work, at one size. */
export interface Trial {
  /** Does it once; a value for each metric of the scenario, null where there is none. */
  once(): Promise<(number | null)[]>;
  close(): Promise<void>;
}

export interface Subject {
  name: string;
  kind: 'this' | 'limit' | 'peer';
  /** Why it cannot take part here; null when it can. */
  missing?: () => string | null;
  /** Sizes that it is not asked for, because it takes minutes or cannot. */
  most?: number;
  open(size: number): Promise<Trial>;
}

export interface Scenario {
  name: string;
  title: string;
  /** What a size counts; absent when there is only one. */
  sizeOf?: string;
  sizes: Record<Effort, readonly number[]>;
  /** How often each subject does it, in turn with the others. */
  repeats: Record<Effort, number>;
  /** Rounds before those, which do not count: code that has just been loaded is slow, and an init runs for months. */
  warmUp?: number;
  metrics: Metric[];
  subjects: Subject[];
}

/** One size for scenarios without any. */
export const ONE_SIZE: Scenario['sizes'] = { quick: [1], usual: [1], long: [1] };
