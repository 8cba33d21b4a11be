/** Tokens of job files, and the characters that end them. */
import { BLANK, LINE_END, PAREN } from './characters.ts';
import type { Span } from './place.ts';

/** Where a token ends, outside quotes. */
export const WORD = BLANK | LINE_END;
export const CONDITION_WORD = WORD | PAREN;
export const COMMAND = LINE_END;

/** Tokens without quotes and backslashes, by the classes of characters that end them. */
export const PLAIN: Readonly<Record<number, RegExp>> = {
  [WORD]: /[^ \t\r\n#\0"'\\]+/y,
  [CONDITION_WORD]: /[^ \t\r\n#\0"'\\()]+/y,
  [COMMAND]: /[^\n#\0"'\\]+/y,
};

/** The rest of a line of `start on`: words with one space before each, none of which is an operator. */
export const PLAIN_CONDITION =
  / ((?!(?:and|or)[ \n])[^ \t\r\n#\0"'\\()]+(?: (?!(?:and|or)[ \n])[^ \t\r\n#\0"'\\()]+)*)\n/y;

/** Kinds of words: the keywords of a stanza, and its arguments. */
export interface Token {
  readonly kind: 'stanza' | 'keyword' | 'word' | 'operator' | 'paren' | 'command' | 'block';
  /** As the stanza gets it. */
  readonly value: string;
  readonly span: Span;
}
