/** One try of a probe. */
import type { ProbeTarget } from '@upstart/job-language';
import { attemptConnection } from './connection.ts';
import { attemptHttp } from './http.ts';

export interface Outcome {
  isGood: boolean;
  /** In words. */
  answer: string;
}

export interface Attempt {
  /** What it waits for now, in words. */
  stage(): string;
  /** No outcome is wanted any more. */
  cancel(): void;
}

/** Begins a try. `done` is called once, after this has returned, unless the attempt is cancelled before. */
export function attempt(target: ProbeTarget, done: (outcome: Outcome) => void): Attempt {
  return target.kind === 'http' ? attemptHttp(target, done) : attemptConnection(target, done);
}
