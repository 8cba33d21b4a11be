/**
 * Splits the text of a job file into keywords, words, commands and blocks (reference: job files §2). Reads from left to
 * right once; what it cannot split it refuses with a `JobFileError`.
 *
 * Two readings of the text are on purpose unlike the original's: blanks before a backslash stay what they are
 * (gotchas §5.1), and errors name the line of the word at fault, not of what follows a continued line.
 */
import { endsBlock, SharedIndent } from './block.ts';
import { BACKSLASH, BLANK, classOf, ESCAPABLE, LF, LINE_END, PAREN, QUOTE } from './characters.ts';
import { JobFileError } from './job-file-error.ts';
import { placeOf, type Span } from './place.ts';
import { COMMAND, CONDITION_WORD, PLAIN, type Token, WORD } from './tokens.ts';

export class Lexer {
  /** The line that reading has come to, from 1. */
  line = 1;
  /** Whether the last word had quotes or escapes in it, which makes it a plain word and never a keyword. */
  quoted = false;
  /** The keywords of the stanza that is being read, for errors. */
  stanza = '';
  readonly #text: string;
  readonly #path: string;
  #pos = 0;
  /** The last token that was read. */
  #last: Span = { start: 0, end: 0 };
  readonly #onToken: ((token: Token) => void) | null;

  /** `path` is only for errors; `onToken` gets each token that is taken. */
  constructor(text: string, path: string, onToken: ((token: Token) => void) | null = null) {
    this.#text = text;
    this.#path = path;
    this.#onToken = onToken;
  }

  /** Rejects the file because of the text at `span`, by default the token that was read last. */
  fail(message: string, span: Span = this.#last, line = this.line): never {
    const word = this.#text.slice(span.start, span.end);
    throw new JobFileError(this.#path, line, message, { place: placeOf(this.#text, span), word, stanza: this.stanza });
  }

  /** The token that was read last. */
  get last(): Span {
    return this.#last;
  }

  /** Where reading has come to. */
  get here(): Span {
    return { start: this.#pos, end: this.#pos };
  }

  get atEnd(): boolean {
    return this.#pos >= this.#text.length;
  }

  /** Skips blanks and tells whether anything but a comment follows on the line. */
  hasToken(): boolean {
    this.#skipBlanks();
    return !this.atEnd && (this.#class(this.#pos) & LINE_END) === 0;
  }

  /** The next character if it is a parenthesis, which is then taken. */
  paren(): '(' | ')' | null {
    this.#skipBlanks();
    const char = this.#text[this.#pos];
    if (char !== '(' && char !== ')') return null;
    this.#last = { start: this.#pos, end: ++this.#pos };
    return this.#took('paren', char);
  }

  /** The next word, without its quotes. */
  word(stop: number = WORD): string {
    this.#skipBlanks();
    const word = this.#scan(stop, false);
    if (word === '') this.fail('Expected token');
    return this.#took('word', word);
  }

  /** The next word if it is one of `words`, unquoted; otherwise nothing is taken. */
  operator<T extends string>(words: readonly T[]): T | null {
    const operator = this.#operator(words);
    return operator && this.#took('operator', operator);
  }

  #operator<T extends string>(words: readonly T[]): T | null {
    const { line } = this;
    const last = this.#last;
    this.#skipBlanks();
    const start = this.#pos;
    // Most words are no operators: those are not read twice.
    const begins = words.some((operator) => this.#text.startsWith(operator, start));
    const word = begins ? this.#scan(CONDITION_WORD, false) : '';
    if (!this.quoted && (words as readonly string[]).includes(word)) return word as T;
    this.#pos = start;
    this.#last = last;
    this.line = line;
    return null;
  }

  /** The first group of a sticky pattern, if it fits here; nothing is taken. Finds nothing if each token has to be reported. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#pos;
    return this.#onToken ? undefined : pattern.exec(this.#text)?.[1];
  }

  /** Whether a plain word comes next: no parenthesis and none of `operators`. */
  atWord(operators: readonly string[]): boolean {
    this.#skipBlanks();
    if (this.#class(this.#pos) & PAREN) return false;
    const start = this.#pos;
    const last = this.#last;
    const { line } = this;
    const operator = this.#operator(operators);
    this.#pos = start;
    this.#last = last;
    this.line = line;
    return operator === null;
  }

  /** Skips blanks, but no continued line end, and tells whether a stanza begins there. */
  atStanza(): boolean {
    while (this.#class(this.#pos) & BLANK) this.#pos++;
    return !this.atEnd && (this.#class(this.#pos) & LINE_END) === 0;
  }

  /**
   * The word that a stanza begins with, as it stands; null for a quoted one, since quoted keywords are none (reference:
   * job files §2.1). A continued line end in front belongs to it, which makes it a word that no stanza has.
   */
  stanzaName(): string | null {
    this.stanza = '';
    const word = this.#scan(WORD, false);
    return this.quoted ? null : this.#took('stanza', word);
  }

  /** The next keyword of a stanza, like its first one. */
  keyword(): string | null {
    this.#skipBlanks();
    const word = this.#scan(WORD, false);
    if (word === '' && !this.quoted) this.fail('Expected token');
    return this.quoted ? null : this.#took('keyword', word);
  }

  /** The rest of the line with quotes and escapes kept, as `exec` takes it. */
  command(): string {
    this.#skipBlanks();
    const command = this.#scan(COMMAND, true);
    if (command === '') this.fail('Expected token');
    return this.#took('command', command);
  }

  /** The end of a stanza: at most a comment may follow; goes to the next line. */
  endOfStanza(): void {
    if (this.hasToken()) this.fail('Unexpected token', this.#upcoming());
    this.skipLine();
  }

  /** Goes to the next line. */
  skipLine(): void {
    const end = this.#text.indexOf('\n', this.#pos);
    this.#pos = end < 0 ? this.#text.length : end + 1;
    if (end >= 0) this.line++;
  }

  /** The lines up to that of `end script`, without the indentation that they share (reference: job files §2.4). */
  block(): string {
    const start = this.#pos;
    const indent = new SharedIndent();
    for (; !this.atEnd; this.skipLine()) {
      const end = this.#pos;
      if (endsBlock(this.#text, end)) {
        this.skipLine();
        this.#last = { start, end };
        return this.#took('block', indent.removedFrom(this.#text.slice(start, end)));
      }
      indent.heed(this.#text, end);
    }
    return this.fail('Unterminated block');
  }

  #took<T extends string>(kind: Token['kind'], value: T): T {
    this.#onToken?.({ kind, value, span: this.#last });
    return value;
  }

  /** The word that begins here, up to the next blank. */
  #upcoming(): Span {
    let end = this.#pos;
    while (end < this.#text.length && (this.#class(end) & WORD) === 0) end++;
    return { start: this.#pos, end };
  }

  #class(at: number): number {
    return classOf(this.#text.charCodeAt(at));
  }

  /** Blanks and continued line ends. */
  #skipBlanks(): void {
    for (; ; this.#pos++) {
      const kind = this.#class(this.#pos);
      if (kind & BLANK) continue;
      if (kind !== (BACKSLASH | ESCAPABLE) || this.#text.charCodeAt(this.#pos + 1) !== LF) return;
      this.#pos++;
      this.line++;
    }
  }

  /** One token up to a character of the classes `stop` that is neither quoted nor escaped. `keep` leaves quotes and backslashes in it. */
  #scan(stop: number, keep: boolean): string {
    return this.#scanPlain(stop) ?? this.#scanAny(stop, keep);
  }

  /** The token if it has only plain characters, as nearly all have; else null. Regular expressions are fast from their first use. */
  #scanPlain(stop: number): string | null {
    const text = this.#text;
    const start = this.#pos;
    const pattern = PLAIN[stop] as RegExp;
    pattern.lastIndex = start;
    if (!pattern.test(text)) return null;
    const next = pattern.lastIndex;
    if (next < text.length && (this.#class(next) & stop) === 0) return null;
    let end = next;
    while (this.#class(end - 1) & BLANK) end--;
    this.#pos = next;
    this.#last = { start, end };
    this.quoted = false;
    return text.slice(start, end);
  }

  /**
   * Any token. Blanks are held back until something follows them: at the end of a token they do not count, and
   * together with a line break among them they become one space (reference: job files §2.2).
   */
  #scanAny(stop: number, keep: boolean): string {
    const text = this.#text;
    let token = '';
    const start = this.#pos;
    let quote = 0;
    let run = start; // start of the characters not yet copied to the token
    let gap = -1; // start of the blanks held back
    let broken = false; // whether there is a line break among them
    let opened = run; // where the last quote was opened
    this.quoted = false;
    for (; this.#pos < text.length; this.#pos++) {
      const at = this.#pos;
      const kind = this.#class(at);
      if (kind === 0 && gap < 0) continue;
      const code = text.charCodeAt(at);
      if (quote === 0 && kind & stop) break;

      const next = kind & BACKSLASH ? text.charCodeAt(at + 1) : -1;
      const lineBreak = next === LF || (quote !== 0 && code === LF);
      if (lineBreak || kind & BLANK) {
        if (gap < 0) {
          token += text.slice(run, at);
          gap = at;
        }
        if (lineBreak) {
          broken = true;
          this.line++;
          if (next === LF) this.#pos++;
        }
        continue;
      }

      if (gap >= 0) {
        token += broken ? ' ' : text.slice(gap, at);
        gap = -1;
        broken = false;
        run = at;
      }
      if (kind & BACKSLASH) {
        if (Number.isNaN(next)) break;
        this.#pos++;
        if (!keep && this.#class(at + 1) & ESCAPABLE) {
          token += text.slice(run, at);
          run = at + 1;
          this.quoted = true;
        }
      } else if (kind & QUOTE && (quote === 0 || quote === code)) {
        quote = quote === 0 ? code : 0;
        opened = at;
        this.quoted = true;
        if (!keep) {
          token += text.slice(run, at);
          run = at + 1;
        }
      }
    }

    if (quote !== 0) {
      this.#pos = text.length;
      this.fail('Unterminated quoted string', { start: opened, end: opened + 1 });
    }
    if (this.#class(this.#pos) & BACKSLASH) {
      this.fail('Trailing slash in file', { start: this.#pos, end: this.#pos + 1 });
    }
    this.#last = { start, end: gap < 0 ? this.#pos : gap };
    return gap < 0 ? token + text.slice(run, this.#pos) : token;
  }
}
