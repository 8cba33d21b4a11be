/**
 * Arguments of stanzas: each reader takes its words from the lexer and returns the value, or rejects them with the text that
 * belongs to it (reference: job files §3, §4).
 */

import { signalNumber } from '@upstart/common';
import type { EnvFile } from './job-definition.ts';
import type { Lexer } from './lexer.ts';
import { INT_MAX, longNumber, signedNumber, truncatedNumber, unsignedNumber } from './numbers.ts';

export type Reader<T> = (lexer: Lexer) => T;

export const aWord: Reader<string> = (lexer) => lexer.word();

/** A path from the root on, which may begin with a variable; `-` in front: the file may be missing. */
export const envFile: Reader<EnvFile> = (lexer) => {
  const word = lexer.word();
  const mayBeMissing = word.startsWith('-');
  const path = mayBeMissing ? word.slice(1) : word;
  if (!/^[/$]/.test(path)) lexer.fail('Illegal path, expected one that begins with a slash');
  return { path, mayBeMissing };
};

/** One value or more, to the end of the line. */
export function oneOrMore<T>(read: Reader<T>): Reader<T[]> {
  return (lexer) => {
    const values: T[] = [];
    do values.push(read(lexer));
    while (lexer.hasToken());
    return values;
  };
}

/** One of a few words. */
export function oneOf<T extends string>(...words: T[]): Reader<T> {
  return (lexer) => {
    const word = lexer.word();
    return words.find((known) => known === word) ?? lexer.fail('Unknown stanza');
  };
}

function integer(min: number, max: number, error: string): Reader<number> {
  return (lexer) => signedNumber(lexer.word(), min, max) ?? lexer.fail(error);
}

/** From INT_MAX on the exact number does not matter: that is 68 years. */
export const seconds: Reader<number> = (lexer) => {
  const interval = longNumber(lexer.word()) ?? lexer.fail('Illegal interval, expected number of seconds');
  return Math.min(Number(interval), INT_MAX);
};

/** Seconds with up to three digits behind the point, as milliseconds, from `minMs` on. */
export function duration(minMs: number, maxS: number): Reader<number> {
  const error = `Illegal time, expected ${minMs === 1 ? 'more than 0' : minMs / 1000} to ${maxS} seconds`;
  return (lexer) => {
    const word = lexer.word();
    const ms = DURATION.test(word) ? Math.round(Number(word) * 1000) : -1;
    return ms >= minMs && ms <= maxS * 1000 ? ms : lexer.fail(error);
  };
}
const DURATION = /^[0-9]{1,9}(\.[0-9]{1,3})?$/;

export const niceness = integer(-20, 19, 'Illegal nice value, expected -20 to 19');

const ILLEGAL_LIMIT = "Illegal limit, expected 'unlimited' or integer";

/** How many respawns, null for `unlimited`. */
export const respawnCount: Reader<number | null> = (lexer) => {
  const word = lexer.word();
  return word === 'unlimited' ? null : (truncatedNumber(word) ?? lexer.fail(ILLEGAL_LIMIT));
};

/** The most failures in a row that make an instance unhealthy. */
export const MAX_CHECK_FAILURES = 1000;

export const checkFailures: Reader<number> = (lexer) =>
  signedNumber(lexer.word(), 1, MAX_CHECK_FAILURES) ??
  lexer.fail(`Illegal number, expected 1 to ${MAX_CHECK_FAILURES}`);

export const fileMode: Reader<number> = (lexer) => {
  const mode = unsignedNumber(lexer.word(), 8);
  if (mode === null || mode > 0o777n) return lexer.fail('Illegal file creation mask, expected octal integer');
  return Number(mode);
};

export const signal: Reader<number> = (lexer) => {
  const word = lexer.word();
  return signalNumber(word) ?? signedNumber(word, 0, INT_MAX) ?? lexer.fail('Illegal signal status, expected integer');
};

/** An exit status as it is, a signal as `signal << 8`. */
export const exitStatus: Reader<number> = (lexer) => {
  const word = lexer.word();
  const bySignal = signalNumber(word);
  if (bySignal !== undefined) return bySignal << 8;
  const status = unsignedNumber(word);
  if (status === null || status > INT_MAX) return lexer.fail('Illegal exit status, expected integer');
  return Number(status);
};

const OOM_NEVER = -1000;

/** `score -1000…1000`, or `-17…15` on the older scale; `never` in both. The texts name narrower ranges. */
export const oomScore: Reader<number> = (lexer) => {
  const word = lexer.word();
  if (word === 'never') return OOM_NEVER;
  if (word !== 'score') {
    const adjustment = signedNumber(word, -17, 15);
    if (adjustment === null) return lexer.fail("Illegal oom adjustment, expected -16 to 15 or 'never'");
    return Math.trunc((adjustment * 1000) / (adjustment < 0 ? 17 : 15));
  }
  const score = lexer.word();
  if (score === 'never') return OOM_NEVER;
  return (
    signedNumber(score, -1000, 1000) ?? lexer.fail("Illegal oom score adjustment, expected -999 to 1000 or 'never'")
  );
};

/** A resource limit as decimal text, null for `unlimited`. */
export const limitValue: Reader<string | null> = (lexer) => {
  const word = lexer.word();
  if (word === 'unlimited') return null;
  return unsignedNumber(word)?.toString() ?? lexer.fail(ILLEGAL_LIMIT);
};
