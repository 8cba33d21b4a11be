/** The conditions of `start on` and `stop on` (reference: job files §2.5). */
import type { Condition } from '@upstart/protocol';
import { CONDITION_WORD, type Lexer } from './lexer.ts';

/** The most events a condition may name. Conditions of thousands are a mistake, and their trees are as deep as long. */
export const MAX_CONDITION_EVENTS = 1000;

const OPERATORS = ['and', 'or'] as const;

/** What has been read at one level of parentheses: nothing, an operand, or an operand and an operator. */
interface Level {
  left: Condition | null;
  operator: 'and' | 'or' | null;
}

/** Reads a condition to the end of its line, or of the line that closes its last parenthesis. */
export function parseCondition(lexer: Lexer): Condition {
  if (!lexer.hasToken()) lexer.fail('Expected token');
  const outer: Level[] = [];
  let level: Level = { left: null, operator: null };
  let events = 0;

  while (moreTokens(lexer, outer.length > 0)) {
    const paren = lexer.paren();
    const operator = paren === null ? lexer.operator(OPERATORS) : null;
    if (paren === '(') {
      expectOperand(lexer, level);
      outer.push(level);
      level = { left: null, operator: null };
    } else if (paren === ')') {
      const enclosing = outer.pop();
      if (enclosing === undefined) return lexer.fail('Mismatched parentheses');
      addOperand(enclosing, completed(lexer, level));
      level = enclosing;
    } else if (operator !== null) {
      level = { left: completed(lexer, level), operator };
    } else {
      if (++events > MAX_CONDITION_EVENTS) {
        lexer.fail(`Condition too long, expected at most ${MAX_CONDITION_EVENTS} events`);
      }
      const name = lexer.word(CONDITION_WORD);
      expectOperand(lexer, level);
      addOperand(level, { op: 'event', name, args: parseArguments(lexer, outer.length > 0) });
    }
  }
  if (outer.length > 0) lexer.fail('Mismatched parentheses');
  const condition = completed(lexer, level);
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

/** Whether the condition goes on: to the end of the line, or inside parentheses over one line end to the next line. */
function moreTokens(lexer: Lexer, inParens: boolean): boolean {
  if (lexer.hasToken()) return true;
  if (!inParens || lexer.atEnd) return false;
  lexer.skipLine();
  if (lexer.hasToken()) return true;
  if (!lexer.atEnd) lexer.fail('Expected token');
  return false;
}

function expectOperand(lexer: Lexer, level: Level): void {
  if (level.left !== null && level.operator === null) lexer.fail('Expected operator');
}

function addOperand(level: Level, operand: Condition): void {
  level.left =
    level.left === null || level.operator === null ? operand : { op: level.operator, left: level.left, right: operand };
  level.operator = null;
}

/** The condition of a level that may not end with an operator, nor be empty. */
function completed(lexer: Lexer, level: Level): Condition {
  if (level.left === null || level.operator !== null) return lexer.fail('Expected event');
  return level.left;
}
