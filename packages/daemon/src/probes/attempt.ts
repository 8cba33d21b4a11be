/** One try of a probe. */
import type { ArmedProbe } from '../engine/model/probe-state.ts';
import { attemptConnection } from './connection.ts';
import { attemptHttp } from './http.ts';
import { attemptLog, attemptLogEnd, type LogReader } from './log.ts';

export interface Outcome {
  isGood: boolean;
  /** In words. */
  answer: string;
  /** Init lacked descriptors or memory for the try, which says nothing about the service. */
  isUntried?: boolean;
}

export interface Attempt {
  /** What it waits for now, in words. */
  stage(): string;
  /** No outcome is wanted any more. */
  cancel(): void;
}

/** What a try leaves to the next one of the same probe. */
export interface Memory {
  log?: LogReader;
}

/** Begins a try. `done` is called once, after this has returned, unless the attempt is cancelled before. */
export function attempt(target: ArmedProbe['target'], done: (outcome: Outcome) => void, memory: Memory = {}): Attempt {
  switch (target.kind) {
    case 'http':
      return attemptHttp(target, done);
    case 'log':
      return attemptLog(target, done, memory);
    case 'log-end':
      return attemptLogEnd(target, done);
    default:
      return attemptConnection(target, done);
  }
}
