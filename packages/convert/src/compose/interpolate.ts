/** Variables in the values of a compose file: `$NAME`, `${NAME}`, with `:-`, `-`, `:?`, `?`, `:+` and `+`; `$$` is a `$`. */
import type { Variables } from '../translation.ts';
import { isList, isMapping, type Value } from '../yaml/yaml-file.ts';

/** A variable that has to have a value, or an expression that is none. */
export class InterpolationError extends Error {
  override name = 'InterpolationError';
}

const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /:?[-?+]/y;
/** How deep expressions may be nested. */
const MAX_DEPTH = 16;

/** Expands all strings of a value. `onUnset` is called with each variable without a value or default. Throws InterpolationError. */
export function interpolate(value: Value, env: Variables, onUnset: (name: string) => void): Value {
  if (typeof value === 'string') return new Expansion(value, env, onUnset).all();
  if (isList(value)) return value.map((entry) => interpolate(entry, env, onUnset));
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, interpolate(entry, env, onUnset)]));
}

class Expansion {
  #at = 0;
  readonly #text: string;
  readonly #env: Variables;
  readonly #onUnset: (name: string) => void;

  constructor(text: string, env: Variables, onUnset: (name: string) => void) {
    this.#text = text;
    this.#env = env;
    this.#onUnset = onUnset;
  }

  all(): string {
    return this.#until('', 0);
  }

  /** Up to the character `end`, which is taken, or the end of the text. */
  #until(end: string, depth: number): string {
    if (depth > MAX_DEPTH) throw new InterpolationError(`expressions are nested too deep in ${this.#text}`);
    let expanded = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at++] as string;
      if (char === end) return expanded;
      expanded += char === '$' ? this.#variable(depth) : char;
    }
    if (end !== '') throw new InterpolationError(`\${ without } in ${this.#text}`);
    return expanded;
  }

  #variable(depth: number): string {
    if (this.#text[this.#at] === '$') {
      this.#at++;
      return '$';
    }
    const isBraced = this.#text[this.#at] === '{';
    if (isBraced) this.#at++;
    const name = this.#match(NAME);
    if (name === '') throw new InterpolationError(`$ without a name in ${this.#text}; $$ is a $`);
    if (!isBraced) return this.#value(name);
    const operator = this.#match(OPERATOR);
    if (operator === '' && this.#text[this.#at] !== '}')
      throw new InterpolationError(`unexpected text after ${name} in ${this.#text}`);
    const argument = this.#until('}', depth + 1);
    return this.#apply(name, operator, argument);
  }

  #apply(name: string, operator: string, argument: string): string {
    const value = this.#env[name];
    const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
    if (operator.endsWith('+')) return isSet ? argument : '';
    if (operator.endsWith('-')) return isSet ? value : argument;
    if (operator.endsWith('?') && !isSet)
      throw new InterpolationError(`${name} is not set: ${argument || 'it is required'}`);
    return this.#value(name);
  }

  #value(name: string): string {
    const value = this.#env[name];
    if (value === undefined) this.#onUnset(name);
    return value ?? '';
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }
}
