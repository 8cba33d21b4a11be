/**
 * The option parser of initctl and its links (reference: control §2.1). Its rules are not those of getopt or yargs:
 * no abbreviations, an option's value is the next word that is no option wherever that stands, and each mistake has
 * its exact text.
 */

export interface OptionSpec {
  readonly long: string;
  readonly short?: string;
  /** Given by its letter alone; `long` is only its key here. */
  readonly letterOnly?: true;
  /** The name of the option's value in the help; options without it are flags. */
  readonly value?: string;
  readonly integer?: boolean;
  readonly description: string;
  /** `hidden` options are in no help; `further` ones are listed apart from those that scripts know. */
  readonly shown?: 'hidden' | 'further';
}

/** The options given, by long name: the value, or true for a flag. */
export type Options = Readonly<Record<string, string | true>>;

export interface ParsedWords {
  readonly options: Options;
  readonly words: string[];
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

/** Options of all commands. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { long: 'session', description: 'use existing D-Bus session bus to connect to init daemon (for testing)' },
  { long: 'system', description: 'use D-Bus system bus to connect to init daemon' },
  { long: 'dest', value: 'NAME', description: 'destination well-known name on D-Bus bus' },
  { long: 'user', description: 'run in user mode (as used for user sessions)' },
  ...COMMON_OPTIONS,
];

/**
 * Parses all of `words`, or with `untilWord` those before the first that is neither an option nor an option's value.
 * `before` are options that were given in front of these words.
 */
export function parseWords(
  words: readonly string[],
  specs: readonly OptionSpec[],
  { untilWord = false, before = {} }: { untilWord?: boolean; before?: Options } = {},
): ParsedWords {
  return new Parser(words, specs, before).parse(untilWord);
}

class Parser {
  readonly #words: readonly string[];
  readonly #specs: readonly OptionSpec[];
  readonly #options: Record<string, string | true>;
  readonly #given: [string, string | true][] = [];
  /** Up to here words have been taken as values of options that stand before them. */
  readonly #taken = new Set<number>();
  #at = 0;
  #optionsEnded = false;

  constructor(words: readonly string[], specs: readonly OptionSpec[], before: Options) {
    this.#words = words;
    this.#specs = specs;
    this.#options = { ...before };
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
      } else {
        const asked = word.startsWith('--') ? this.#long(word) : this.#group(word);
        if (asked !== null) return { ...this.#result(words), asked };
      }
    }
    return this.#result(words);
  }

  #result(words: string[]): ParsedWords {
    return { options: this.#options, words, given: this.#given, asked: null };
  }

  #long(word: string): ParsedWords['asked'] {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const spec = this.#specs.find(({ long, letterOnly }) => long === name && !letterOnly);
    if (spec === undefined) throw new UsageError(`invalid option: ${word}`);
    if (equals >= 0 && spec.value === undefined) throw new UsageError(`unexpected argument: ${word}`);
    return this.#set(spec, equals < 0 ? null : word.slice(equals + 1), word);
  }

  /** One or more short options in a word; the first may have its value there too. */
  #group(word: string): ParsedWords['asked'] {
    for (let i = 1; i < word.length; i++) {
      const spec = this.#specs.find(({ short }) => short === word[i]);
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

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}
