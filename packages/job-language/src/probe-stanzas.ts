/** The words of `ready` and `check` that describe a probe. */
import type { Lexer } from './lexer.ts';
import { type AddressProbe, type Probe, probeTarget, probeText, type StatusRange } from './probes.ts';

/** The most probes of one job, of each of the two kinds of stanzas. */
export const MAX_PROBES = 16;
/** The most ranges of statuses behind one URL. */
export const MAX_STATUS_RANGES = 16;
/** The longest pattern, in characters. */
export const MAX_PATTERN = 1000;

type ProbeReader = (lexer: Lexer) => Probe;

/** The probes that both stanzas know, by their keywords: how the words behind them are read. */
const BOTH: Readonly<Record<Exclude<Probe['kind'], 'log'>, ProbeReader>> = {
  tcp: (lexer) => checked(lexer, { kind: 'tcp', address: lexer.word() }),
  unix: (lexer) => checked(lexer, { kind: 'unix', path: lexer.word() }),
  http: (lexer) => {
    const probe = checked(lexer, { kind: 'http', url: lexer.word(), lowest: 200, highest: 299 });
    return lexer.hasToken() ? { ...probe, ...statuses(lexer) } : probe;
  },
  exec: (lexer) => ({ kind: 'exec', command: lexer.command() }),
};

const log: ProbeReader = (lexer) => ({ kind: 'log', pattern: pattern(lexer) });

export const PROBE_READERS = { ready: { ...BOTH, log }, check: BOTH } as const;

/** A text with variables can be judged only when an instance has expanded them. */
function checked<P extends AddressProbe>(lexer: Lexer, probe: P): P {
  const target = probeText(probe).includes('$') ? null : probeTarget(probe);
  return typeof target === 'string' ? lexer.fail(target) : probe;
}

/** `200-299 404`: one range or more. */
function statuses(lexer: Lexer): StatusRange & { more?: StatusRange[] } {
  const first = statusRange(lexer);
  const more: StatusRange[] = [];
  while (lexer.hasToken()) {
    more.push(statusRange(lexer));
    if (more.length === MAX_STATUS_RANGES) lexer.fail(`Too many entries, expected at most ${MAX_STATUS_RANGES}`);
  }
  return more.length > 0 ? { ...first, more } : first;
}

/** `200-299`, or `204` alone. */
function statusRange(lexer: Lexer): StatusRange {
  const [, first, last = first] = /^([1-9][0-9]{2})(?:-([1-9][0-9]{2}))?$/.exec(lexer.word()) ?? [];
  if (first === undefined || Number(first) > Number(last))
    return lexer.fail('Illegal range, expected statuses from 100 to 999 such as 200-299');
  return { lowest: Number(first), highest: Number(last) };
}

/** A regular expression of JavaScript. */
function pattern(lexer: Lexer): string {
  const text = lexer.word();
  if (text.length > MAX_PATTERN) lexer.fail(`Illegal pattern, expected at most ${MAX_PATTERN} characters`);
  try {
    new RegExp(text);
  } catch (error) {
    // `Invalid regular expression: /(/: Unterminated group`
    const [, reason = ''] = /^Invalid regular expression: .*: ([^:]+)$/s.exec((error as Error).message) ?? [];
    lexer.fail(`Illegal pattern, ${reason === '' ? 'expected a regular expression' : lowerCased(reason)}`);
  }
  return text;
}

function lowerCased(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
