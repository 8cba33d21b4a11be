/** The conditions of `start on`, `stop on`, `restart on` and `reload on` (reference: job files §2.5). */
import type { Condition } from '@upstart/common';
import type { Lexer } from './lexer.ts';
import type { Span } from './place.ts';
import { CONDITION_WORD, PLAIN_CONDITION } from './tokens.ts';

/** The most events a condition may name. Conditions of thousands are a mistake, and their trees are as deep as long. */
export const MAX_CONDITION_EVENTS = 1000;

const OPERATORS = ['and', 'or'] as const;

/** The part read so far at one level of parentheses: nothing, an operand, or an operand and an operator. */
interface Level {
  left: Condition | null;
  operator: 'and' | 'or' | null;
  /** The parenthesis that opened it; where the condition begins, for the outermost. */
  readonly opened: Span;
}

/** Reads a condition to the end of its line, or of the line that closes its last parenthesis. */
export function parseCondition(lexer: Lexer): Condition {
  return oneEvent(lexer) ?? anyCondition(lexer);
}

/** The short way to a condition of one event on a line of its own; null if it is none, or may be wrong. A start reads thousands of them. */
function oneEvent(lexer: Lexer): Condition | null {
  const words = lexer.match(PLAIN_CONDITION)?.split(' ');
  if (words === undefined || (words.length > 2 && words.some((word) => word.includes('=')))) return null;
  lexer.skipLine();
  return { op: 'event', name: words[0] as string, args: words.slice(1) };
}

function anyCondition(lexer: Lexer): Condition {
  if (!lexer.hasToken()) lexer.fail('Expected token', lexer.here);
  const outer: Level[] = [];
  let level: Level = { left: null, operator: null, opened: lexer.here };
  let events = 0;
  let { line } = lexer; // of the last token: where the file ends early, that is the line at fault

  while (moreTokens(lexer, outer.length > 0)) {
    const paren = lexer.paren();
    const operator = paren === null ? lexer.operator(OPERATORS) : null;
    if (paren === '(') {
      expectOperand(lexer, level);
      outer.push(level);
      level = { left: null, operator: null, opened: lexer.last };
    } else if (paren === ')') {
      if (level.operator !== null) lexer.fail('Expected event');
      const enclosing = outer.pop();
      if (enclosing === undefined) return lexer.fail('Mismatched parentheses');
      addOperand(enclosing, level.left ?? lexer.fail('Expected event'));
      level = enclosing;
    } else if (operator !== null) {
      if (level.left === null || level.operator !== null) lexer.fail('Expected event');
      level.operator = operator;
    } else {
      if (++events > MAX_CONDITION_EVENTS) {
        lexer.fail(`Condition too long, expected at most ${MAX_CONDITION_EVENTS} events`);
      }
      const name = lexer.word(CONDITION_WORD);
      const place = lexer.last;
      // The arguments are read first: what is wrong with them comes before the operator that is missing.
      const args = parseArguments(lexer, outer.length > 0);
      expectOperand(lexer, level, place);
      addOperand(level, { op: 'event', name, args });
    }
    line = lexer.line;
  }
  const condition = level.left !== null && level.operator === null ? level.left : null;
  if (condition === null) return lexer.fail('Expected event', lexer.last, line);
  if (outer.length > 0) lexer.fail('Mismatched parentheses', level.opened);
  lexer.skipLine();
  return condition;
}

/** The values that an event is matched against: positional ones, then `KEY=VALUE` and `KEY!=VALUE`. */
function parseArguments(lexer: Lexer, inParens: boolean): string[] {
  const args: string[] = [];
  let named = false;
  while (moreTokens(lexer, inParens) && lexer.atWord(OPERATORS)) {
    const value = lexer.word(CONDITION_WORD);
    if (value.includes('=')) named = true;
    else if (named) lexer.fail('Expected variable name before value');
    args.push(value);
  }
  return args;
}

/**
 * Whether the condition continues: to the end of the line, or inside parentheses over one line end to the next line. That
 * has to hold a token, unless the file ends right there.
 */
function moreTokens(lexer: Lexer, inParens: boolean): boolean {
  if (lexer.hasToken()) return true;
  if (!inParens || lexer.atEnd) return false;
  lexer.skipLine();
  if (lexer.atEnd) return false;
  if (!lexer.hasToken()) lexer.fail('Expected token', lexer.here);
  return true;
}

function expectOperand(lexer: Lexer, level: Level, place = lexer.last): void {
  if (level.left !== null && level.operator === null) lexer.fail('Expected operator', place);
}

function addOperand(level: Level, operand: Condition): void {
  level.left =
    level.left === null || level.operator === null ? operand : { op: level.operator, left: level.left, right: operand };
  level.operator = null;
}
