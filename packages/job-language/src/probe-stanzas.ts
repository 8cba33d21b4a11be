/** The words of `ready` and `check` that describe a probe. */
import type { Lexer } from './lexer.ts';
import { type Probe, probeTarget, probeText } from './probes.ts';

/** The most probes of one job, of each of the two kinds of stanzas. */
export const MAX_PROBES = 16;

/** The probes that answer to a keyword, and how the words behind it are read. */
export const PROBE_READERS: Readonly<Record<Probe['kind'], (lexer: Lexer) => Probe>> = {
  tcp: (lexer) => checked(lexer, { kind: 'tcp', address: lexer.word() }),
  unix: (lexer) => checked(lexer, { kind: 'unix', path: lexer.word() }),
  http: (lexer) => {
    const probe = checked(lexer, { kind: 'http', url: lexer.word(), lowest: 200, highest: 299 });
    return lexer.hasToken() ? { ...probe, ...statusRange(lexer) } : probe;
  },
};

/** A text with variables can be judged only when an instance has expanded them. */
function checked<P extends Probe>(lexer: Lexer, probe: P): P {
  const target = probeText(probe).includes('$') ? null : probeTarget(probe);
  return typeof target === 'string' ? lexer.fail(target) : probe;
}

/** `200-299`, or `204` alone. */
function statusRange(lexer: Lexer): { lowest: number; highest: number } {
  const [, first, last = first] = /^([1-9][0-9]{2})(?:-([1-9][0-9]{2}))?$/.exec(lexer.word()) ?? [];
  if (first === undefined || Number(first) > Number(last))
    return lexer.fail('Illegal range, expected statuses from 100 to 999 such as 200-299');
  return { lowest: Number(first), highest: Number(last) };
}
