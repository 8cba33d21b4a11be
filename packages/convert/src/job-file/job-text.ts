/** The text of a job file, stanza by stanza, in the order of a job file written by hand. */
import type { TranslatedFile } from '../translation.ts';
import { quotedWord } from './words.ts';

export class JobText {
  readonly name: string;
  readonly #lines: string[] = [];

  /** `origin` is the comment on top: where the job comes from. */
  constructor(name: string, origin: string) {
    this.name = name;
    this.comment(origin);
  }

  comment(text: string): void {
    for (const line of text.split('\n')) this.#lines.push(`# ${line}`.trimEnd());
  }

  /** An empty line between groups of stanzas; several are one. */
  gap(): void {
    if (this.#lines.at(-1) !== '') this.#lines.push('');
  }

  /** A stanza as it stands. */
  line(text: string): void {
    this.#lines.push(text);
  }

  /** A stanza with one word as its argument; false where no word can say it. */
  word(stanza: string, text: string): boolean {
    const word = quotedWord(text);
    if (word !== null) this.line(`${stanza} ${word}`);
    return word !== null;
  }

  /** A variable; false where no stanza can say it: the value has a line end. */
  env(name: string, value: string): boolean {
    return this.word('env', `${name}=${value}`);
  }

  file(): TranslatedFile {
    return { name: `${this.name}.conf`, text: `${this.#lines.join('\n').trimEnd()}\n` };
  }
}
