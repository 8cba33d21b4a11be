/** Classes of characters in the lexer (reference: job files §2). */
export const BLANK = 1;
export const LINE_END = 2;
export const PAREN = 4;
export const QUOTE = 8;
export const BACKSLASH = 16;
/** Nothing special inside quotes, but may be escaped there like a blank. NUL is of every class. */
export const ESCAPABLE = 32;

const CLASSES = new Uint8Array(128);
for (const char of ' \t\r') CLASSES[char.charCodeAt(0)] = BLANK | ESCAPABLE;
for (const char of '#\n') CLASSES[char.charCodeAt(0)] = LINE_END;
for (const char of '()') CLASSES[char.charCodeAt(0)] = PAREN;
for (const char of '"\'') CLASSES[char.charCodeAt(0)] = QUOTE;
CLASSES[0] = LINE_END | ESCAPABLE;
CLASSES['\\'.charCodeAt(0)] = BACKSLASH | ESCAPABLE;

export const LF = 10;

/** The classes of a character; 0 for an ordinary one. */
export function classOf(code: number): number {
  return code < 128 ? (CLASSES[code] as number) : 0;
}
