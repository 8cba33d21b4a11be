/**
 * The option parser of init, initctl, its links and the System V tools (reference: control §2.1, system §1). Its rules are
 * not those of getopt or yargs: no abbreviations, an option's value is the next word that is no option wherever that
 * stands, and each mistake has its exact text.
 */

import type { WordKind } from './word-kind.ts';

export interface OptionSpec {
  readonly long: string;
  readonly short?: string;
  /** Given by its letter alone; `long` is only its key here. */
  readonly letterOnly?: true;
  /** The name of the option's value in the help; options without it are flags. */
  readonly value?: string;
  /** For completion; absent: the value is anything. */
  readonly valueKind?: WordKind;
  readonly integer?: boolean;
  readonly description: string;
  /**
   * `hidden` options are in no help, and `ignored` ones, which have no effect, are not completed, either; `further` ones
   * are listed apart from those that scripts know.
   */
  readonly shown?: 'hidden' | 'ignored' | 'further';
}

/** The options given, by long name: the value, or true for a flag. */
export type Options = Readonly<Record<string, string | true>>;

export interface ParsedWords {
  readonly options: Options;
  readonly words: string[];
  /** Options that no row describes, as they were given; they are in `words`, too. */
  readonly unknown: readonly string[];
  /** The same as a list, in the order in which they were given: some may be given more than once. */
  readonly given: readonly (readonly [long: string, value: string | true])[];
  /** `--help` or `--version`, which end the parsing where they stand. */
  readonly asked: 'help' | 'version' | null;
}

/** A mistake in the command line, which is answered with a pointer to `--help`. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Verbosity: the last one wins. */
const VOLUME: readonly string[] = ['quiet', 'verbose', 'debug'];

/** Options of all programs. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { long: 'quiet', short: 'q', description: 'reduce output to errors only' },
  { long: 'verbose', short: 'v', description: 'increase output to include informational messages' },
  { long: 'debug', description: 'increase output to include debugging messages', shown: 'hidden' },
  { long: 'help', description: 'display this help and exit' },
  { long: 'version', description: 'output version information and exit' },
];

export interface ParseRules {
  /** Parses only the words before the first that is neither an option nor an option's value. */
  readonly untilWord?: boolean;
  /** Options that were given in front of these words. */
  readonly before?: Options;
  /** Options that no row describes: rejects them, or collects them, since the kernel passes on the rest of its command line. */
  readonly unknown?: 'refuse' | 'collect';
}

/** Parses `words` by the table `specs`. Throws UsageError. */
export function parseWords(
  words: readonly string[],
  specs: readonly OptionSpec[],
  { untilWord = false, before = {}, unknown = 'refuse' }: ParseRules = {},
): ParsedWords {
  return new Parser(words, specs, before, unknown).parse(untilWord);
}

class Parser {
  readonly #words: readonly string[];
  readonly #specs: readonly OptionSpec[];
  readonly #options: Record<string, string | true>;
  readonly #given: [string, string | true][] = [];
  readonly #collects: boolean;
  readonly #unknown: string[] = [];
  /** The words that were taken as values of options that stand before them. */
  readonly #taken = new Set<number>();
  #at = 0;
  #optionsEnded = false;

  constructor(words: readonly string[], specs: readonly OptionSpec[], before: Options, unknown: 'refuse' | 'collect') {
    this.#words = words;
    this.#specs = specs;
    this.#options = { ...before };
    this.#collects = unknown === 'collect';
  }

  parse(untilWord: boolean): ParsedWords {
    const words: string[] = [];
    for (; this.#at < this.#words.length; this.#at++) {
      const word = this.#words[this.#at] as string;
      if (this.#taken.has(this.#at)) continue;
      if (this.#optionsEnded || !isOption(word)) {
        if (untilWord) return this.#result(this.#words.filter((_, i) => i >= this.#at && !this.#taken.has(i)));
        words.push(word);
      } else if (word === '--') {
        this.#optionsEnded = true;
      } else if (this.#collects && !this.#isKnown(word)) {
        this.#unknown.push(word);
        words.push(word);
      } else {
        const asked = word.startsWith('--') ? this.#long(word) : this.#group(word);
        if (asked !== null) return { ...this.#result(words), asked };
      }
    }
    return this.#result(words);
  }

  #result(words: string[]): ParsedWords {
    return { options: this.#options, words, unknown: this.#unknown, given: this.#given, asked: null };
  }

  /** Whether a row describes the option, or each letter of the word. */
  #isKnown(word: string): boolean {
    if (word.startsWith('--')) return this.#longSpec(longName(word)) !== undefined;
    const first = this.#shortSpec(word[1]);
    if (first?.value !== undefined) return true;
    return [...word.slice(1)].every((letter) => this.#shortSpec(letter) !== undefined);
  }

  #longSpec(name: string): OptionSpec | undefined {
    return this.#specs.find(({ long, letterOnly }) => long === name && !letterOnly);
  }

  #shortSpec(letter: string | undefined): OptionSpec | undefined {
    return this.#specs.find(({ short }) => short !== undefined && short === letter);
  }

  #long(word: string): ParsedWords['asked'] {
    const equals = word.indexOf('=');
    const spec = this.#longSpec(longName(word));
    if (spec === undefined) throw new UsageError(`invalid option: ${word}`);
    if (equals >= 0 && spec.value === undefined) throw new UsageError(`unexpected argument: ${word}`);
    return this.#set(spec, equals < 0 ? null : word.slice(equals + 1), word);
  }

  /** One or more short options in a word; the first may have its value there too. */
  #group(word: string): ParsedWords['asked'] {
    for (let i = 1; i < word.length; i++) {
      const spec = this.#shortSpec(word[i]);
      if (spec === undefined) throw new UsageError(`invalid option: -${word[i]}`);
      const valueFollows = spec.value !== undefined && i === 1 && word.length > 2;
      const asked = this.#set(spec, valueFollows ? word.slice(2) : null, word);
      if (asked !== null || valueFollows) return asked;
    }
    return null;
  }

  #set(spec: OptionSpec, given: string | null, word: string): ParsedWords['asked'] {
    if (spec.long === 'help' || spec.long === 'version') return spec.long;
    const value = spec.value === undefined ? true : (given ?? this.#nextWord(word));
    if (spec.integer && !/^[0-9]+$/.test(String(value))) throw new UsageError(`illegal argument: ${value}`);
    if (VOLUME.includes(spec.long)) for (const other of VOLUME) delete this.#options[other];
    this.#options[spec.long] = value;
    this.#given.push([spec.long, value]);
    return null;
  }

  /** The next word that is no option, which is used up by this. */
  #nextWord(option: string): string {
    let ended = false;
    for (let i = this.#at + 1; i < this.#words.length; i++) {
      const word = this.#words[i] as string;
      if (this.#taken.has(i)) continue;
      if (ended || !isOption(word)) {
        this.#taken.add(i);
        return word;
      }
      ended = word === '--';
    }
    throw new UsageError(`missing argument: ${option}`);
  }
}

/** The name in `--NAME` and `--NAME=VALUE`. */
function longName(word: string): string {
  return word.slice(2).split('=', 1)[0] as string;
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}
