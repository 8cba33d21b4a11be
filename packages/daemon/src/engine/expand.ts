/**
 * Variable expansion in instance names, condition values and profile names (reference: events §6.3).
 */
import { getVariable } from './environment.ts';

/** `message` is what users see: `Unknown parameter: NAME`, `Expected operator` or `Mismatched braces`. */
export class ExpansionError extends Error {
  override name = 'ExpansionError';
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Deeper nesting of `${…}` than this is refused, so that no text can exhaust the stack. */
const MAX_DEPTH = 200;

/** Expands `$NAME` and `${NAME…}` in `text` from `env`. Throws ExpansionError. */
export function expand(text: string, env: readonly string[]): string {
  if (!text.includes('$')) return text;
  return new Expander(text, env).run();
}

class Expander {
  private readonly text: string;
  private readonly env: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(text: string, env: readonly string[]) {
    this.text = text;
    this.env = env;
  }

  run(): string {
    return this.until('');
  }

  /** Expands up to one of the characters in `stops` (left unread) or the end. */
  private until(stops: string): string {
    let result = '';
    while (this.at < this.text.length) {
      const char = this.text[this.at] as string;
      if (stops.includes(char)) return result;
      if (char === '$') result += this.reference();
      else {
        result += char;
        this.at++;
      }
    }
    return result;
  }

  private reference(): string {
    this.at++;
    if (this.text[this.at] === '{') return this.braced();
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.text)?.[0];
    if (name === undefined) return '$';
    this.at += name.length;
    return this.lookUp(name);
  }

  private braced(): string {
    if (++this.depth > MAX_DEPTH) throw new ExpansionError('Mismatched braces');
    this.at++;
    const name = this.until('}:-+');
    const operator = this.operator();
    const word = operator === '' ? '' : this.until('}');
    if (this.text[this.at] !== '}') throw new ExpansionError('Mismatched braces');
    this.at++;
    this.depth--;
    if (name === '' && operator === '') return '$';
    return this.substitute(name, operator, word);
  }

  private operator(): string {
    const char = this.text[this.at];
    if (char === '-' || char === '+') {
      this.at++;
      return char;
    }
    if (char !== ':') return '';
    const second = this.text[this.at + 1];
    if (second !== '-' && second !== '+') throw new ExpansionError('Expected operator');
    this.at += 2;
    return `:${second}`;
  }

  private substitute(name: string, operator: string, word: string): string {
    if (operator === '') return this.lookUp(name);
    const value = getVariable(this.env, name);
    const present = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    if (operator.endsWith('-')) return present ? (value as string) : word;
    return present ? word : '';
  }

  private lookUp(name: string): string {
    const value = getVariable(this.env, name);
    if (value === undefined) throw new ExpansionError(`Unknown parameter: ${name}`);
    return value;
  }
}
