/**
 * The commands of a shell script, as far as rules about them need to tell one from another: words, what stands between
 * commands, and what is none of it (comments, quotes, substitutions, here-documents). No script makes it fail; what is
 * not understood is taken for words.
 */
import type { Span } from '../place.ts';

export interface ShellCommand {
  /** As they stand in the text, without redirections. */
  readonly words: readonly ShellWord[];
  /** The separator behind it: `;`, `&`, `&&`, `||`, `|`, `&>`, `(`, `)`, a line feed, or '' for the end. */
  readonly before: string;
  readonly after: string;
  /** Where `after` stands. */
  readonly end: Span;
}

export interface ShellWord {
  readonly text: string;
  readonly span: Span;
}

const OPERATOR = /&&|\|\||;;|&>|[;&|()\n]/y;
const REDIRECTION = /\d*(?:<<-?|>>|>&|<&|<>|>\||[<>])/y;
/** Quotes inside of substitutions inside of quotes …: deeper ones are no use. */
const MAX_DEPTH = 50;
const BLANKS = /(?:[ \t\r]|\\\n)+/y;
const COMMENT = /#[^\n]*/y;

/** The commands of `text`; places count from `offset`. */
export function shellCommands(text: string, offset = 0): ShellCommand[] {
  return new Scanner(text, offset).commands();
}

class Scanner {
  readonly #text: string;
  readonly #offset: number;
  readonly #found: ShellCommand[] = [];
  /** The ends of here-documents that begin on the next line. */
  readonly #documents: string[] = [];
  #at = 0;
  #words: ShellWord[] = [];
  #before = '';
  #depth = 0;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
  }

  commands(): ShellCommand[] {
    while (this.#at < this.#text.length) this.#step();
    this.#end('');
    return this.#found;
  }

  #step(): void {
    if (this.#take(BLANKS) !== null || this.#take(COMMENT) !== null) return;
    // Between [[ and ]] operators are part of the test.
    const inTest = this.#words[0]?.text === '[[' && this.#words.at(-1)?.text !== ']]';
    const redirection = inTest ? null : this.#take(REDIRECTION);
    if (redirection !== null) {
      this.#take(BLANKS);
      const target = this.#word();
      if (redirection.includes('<<')) this.#documents.push(target.replace(/['"\\]/g, ''));
      return;
    }
    const operator = inTest ? null : this.#take(OPERATOR);
    if (operator === null) {
      const start = this.#at;
      const text = this.#word();
      if (this.#at === start) this.#at++;
      else this.#words.push({ text, span: { start: start + this.#offset, end: this.#at + this.#offset } });
      return;
    }
    this.#end(operator);
    if (operator === '\n') for (const end of this.#documents.splice(0)) this.#skipDocument(end);
  }

  #end(operator: string): void {
    const last = this.#found.at(-1);
    if (this.#words.length > 0) {
      const at = this.#at + this.#offset;
      const end = { start: at - operator.length, end: at };
      this.#found.push({ words: this.#words, before: this.#before, after: operator, end });
      this.#before = operator;
    } else if (operator !== '\n' && operator !== '') {
      this.#before = operator;
    } else if (last === undefined || !['&&', '||', '|'].includes(this.#before)) {
      this.#before = operator;
    }
    this.#words = [];
  }

  #take(form: RegExp): string | null {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0] ?? null;
    if (found !== null) this.#at += found.length;
    return found;
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !/[ \t\r\n;&|()<>]/.test(this.#text[this.#at] as string)) this.#part();
    return this.#text.slice(start, this.#at);
  }

  /** One character, or what is quoted or substituted as one. */
  #part(): void {
    const char = this.#text[this.#at];
    if (this.#depth > MAX_DEPTH) {
      this.#at++;
      return;
    }
    this.#depth++;
    if (char === '\\') this.#at += 2;
    else if (char === "'" || char === '`') this.#skipTo(char);
    else if (char === '"') this.#skipQuoted();
    else if (char === '$' && this.#text[this.#at + 1] === '(') this.#skipNested('(', ')');
    else if (char === '$' && this.#text[this.#at + 1] === '{') this.#skipNested('{', '}');
    else this.#at++;
    this.#depth--;
  }

  #skipTo(char: string): void {
    const end = this.#text.indexOf(char, this.#at + 1);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #skipQuoted(): void {
    this.#at++;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      if (this.#text[this.#at] === "'") this.#at++;
      else this.#part();
    }
    this.#at++;
  }

  /** `$(…)` or `${…}`, however many are inside of each other. */
  #skipNested(open: string, close: string): void {
    this.#at += 2;
    for (let depth = 1; depth > 0 && this.#at < this.#text.length; ) {
      const char = this.#text[this.#at];
      if (char === open) depth++;
      if (char === close) depth--;
      if (char === open || char === close || char === '$') this.#at++;
      else this.#part();
    }
  }

  #skipDocument(end: string): void {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('\n', this.#at);
      const line = this.#text.slice(this.#at, next < 0 ? undefined : next);
      this.#at = next < 0 ? this.#text.length : next + 1;
      if (line.replace(/^\t+/, '').trimEnd() === end) return;
    }
  }
}
