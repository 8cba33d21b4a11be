/** The options of `upstart logs`: which lines are wanted. */

import { UsageError } from '@upstart/common';
import { ALWAYS, type Period } from '@upstart/log-reader';
import { timeSince } from '../since.ts';
import { literalIn } from './literal.ts';

/** How many lines of each log are shown without options. */
const DEFAULT_LINES = 10;

export interface Wanted {
  readonly period: Period;
  /** Of each log. */
  readonly count: number;
  readonly matches: ((text: string) => boolean) | null;
  /** What every line that matches has. */
  readonly literal: Buffer | null;
  /** The number of a run; null: of all. */
  readonly run: number | null;
}

export interface Given {
  readonly lines?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly grep?: string | undefined;
  readonly run?: string | undefined;
}

/** Throws UsageError. `nowMs`: the time of day. */
export function wantedLines({ lines, since, until, grep, run }: Given, nowMs: number): Wanted {
  if (lines !== undefined && !/^[0-9]+$/.test(lines)) throw new UsageError(`--lines takes a number, not ${lines}`);
  if (run !== undefined && !/^-?[0-9]+$/.test(run))
    throw new UsageError(
      `--run takes a number: 0 for the last run, -1 for the one before, 1 for the first; not ${run}`,
    );
  const isChosen = [since, until, grep, run].some((option) => option !== undefined);
  const otherwise = isChosen ? Number.POSITIVE_INFINITY : DEFAULT_LINES;
  return {
    period: {
      sinceMs: since === undefined ? ALWAYS.sinceMs : timeSince(since, nowMs),
      untilMs: until === undefined ? ALWAYS.untilMs : timeSince(until, nowMs, '--until'),
    },
    count: lines === undefined ? otherwise : Number(lines),
    matches: grep === undefined ? null : matcher(grep),
    literal: literalBytes(grep),
    run: run === undefined ? null : Number(run),
  };
}

function literalBytes(pattern: string | undefined): Buffer | null {
  const literal = pattern === undefined ? null : literalIn(pattern);
  return literal === null ? null : Buffer.from(literal);
}

function matcher(pattern: string): (text: string) => boolean {
  try {
    const expression = new RegExp(pattern, 'u');
    return (text) => expression.test(text);
  } catch (error) {
    throw new UsageError(`--grep takes a regular expression: ${(error as Error).message}`);
  }
}

/** The lines that are in both. */
export function both(one: Period, other: Period): Period {
  return { sinceMs: Math.max(one.sinceMs, other.sinceMs), untilMs: Math.min(one.untilMs, other.untilMs) };
}
