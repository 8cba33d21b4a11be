/**
 * Variable expansion in instance names, condition values and profile names (reference: events §6.3).
 */
import type { GlobBudget } from '@upstart/common';
import { MAX_EXPANSION, MAX_MATCHING_STEPS } from '../limits.ts';
import { getVariable, indexVariables } from './environment.ts';

/** `message` is what users see: `Unknown parameter: NAME`, `Expected operator`, `Mismatched braces`, `Expansion too long: …`. */
export class ExpansionError extends Error {
  override name = 'ExpansionError';
}

/** A result that is longer than its limit. */
export class ExpansionLimitError extends ExpansionError {}

/** The purpose of an expansion, and its limits. */
export interface ExpansionLimits {
  /** The stanza, for errors. */
  stanza: string;
  /** The longest result, in characters. */
  most?: number;
  /** The remaining steps, shared with other expansions. */
  budget?: GlobBudget;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** The deepest nesting of `${…}`, so that no text can exhaust the stack. */
const MAX_DEPTH = 200;

/** After so many variables in one text, an index of the table pays. */
const FEW = 16;

/**
 * Expands `$NAME` and `${NAME…}` in `text` from `env`. Throws ExpansionError. Returns a text without a dollar as it is, whatever its
 * length.
 */
export function expand(text: string, env: readonly string[], limits: ExpansionLimits): string {
  if (!text.includes('$')) return text;
  return new Expander(text, env, limits).run();
}

/** The error for a result that is longer than `most` characters. */
export function tooLong({ stanza, most = MAX_EXPANSION }: ExpansionLimits): ExpansionLimitError {
  return new ExpansionLimitError(`Expansion too long: ${stanza} (at most ${most} characters)`);
}

class Expander {
  readonly #text: string;
  readonly #env: readonly string[];
  readonly #limits: ExpansionLimits;
  readonly #most: number;
  readonly #budget: GlobBudget;
  #index: ReadonlyMap<string, string> | null = null;
  #looked = 0;
  #at = 0;
  #depth = 0;

  constructor(text: string, env: readonly string[], limits: ExpansionLimits) {
    this.#text = text;
    this.#env = env;
    this.#limits = limits;
    this.#most = limits.most ?? MAX_EXPANSION;
    this.#budget = limits.budget ?? { steps: MAX_MATCHING_STEPS };
  }

  run(): string {
    return this.#until('');
  }

  /** Expands up to one of the characters in `stops` (left unread) or the end. */
  #until(stops: string): string {
    let result = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (stops.includes(char)) return result;
      result += char === '$' ? this.#reference() : this.#plain(stops);
      if (result.length > this.#most) throw tooLong(this.#limits);
    }
    return result;
  }

  /** The characters before the next dollar or one of `stops`. */
  #plain(stops: string): string {
    const from = this.#at;
    do this.#at++;
    while (
      this.#at < this.#text.length &&
      this.#text[this.#at] !== '$' &&
      !stops.includes(this.#text[this.#at] as string)
    );
    return this.#text.slice(from, this.#at);
  }

  #reference(): string {
    this.#at++;
    if (this.#text[this.#at] === '{') return this.#braced();
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) return '$';
    this.#at += name.length;
    return this.#lookUp(name);
  }

  #braced(): string {
    if (++this.#depth > MAX_DEPTH) throw new ExpansionError('Mismatched braces');
    this.#at++;
    const name = this.#until('}:-+');
    const operator = this.#operator();
    const word = operator === '' ? '' : this.#until('}');
    if (this.#text[this.#at] !== '}') throw new ExpansionError('Mismatched braces');
    this.#at++;
    this.#depth--;
    if (name === '' && operator === '') return '$';
    return this.#substitute(name, operator, word);
  }

  #operator(): string {
    const char = this.#text[this.#at];
    if (char === '-' || char === '+') {
      this.#at++;
      return char;
    }
    if (char !== ':') return '';
    const second = this.#text[this.#at + 1];
    if (second !== '-' && second !== '+') throw new ExpansionError('Expected operator');
    this.#at += 2;
    return `:${second}`;
  }

  #substitute(name: string, operator: string, word: string): string {
    if (operator === '') return this.#lookUp(name);
    const value = this.#valueOf(name);
    const present = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    if (operator.endsWith('-')) return present ? (value as string) : word;
    return present ? word : '';
  }

  #lookUp(name: string): string {
    const value = this.#valueOf(name);
    if (value === undefined) throw new ExpansionError(`Unknown parameter: ${name}`);
    return value;
  }

  #valueOf(name: string): string | undefined {
    this.#looked++;
    if (this.#looked === FEW && this.#env.length > FEW) this.#index = indexVariables(this.#env);
    this.#budget.steps -= 1 + name.length + (this.#index ? 0 : this.#env.length);
    if (this.#budget.steps < 0) throw new ExpansionError(`Expansion takes too long: ${this.#limits.stanza}`);
    if (this.#index) return this.#index.get(name);
    return getVariable(this.#env, name);
  }
}
