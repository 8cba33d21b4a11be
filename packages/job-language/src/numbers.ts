/** Numbers as the stanzas take them: the whole word, with the leading blanks and sign that C's strtol allows. */
const FORMS = { 8: /^[ \t\n\v\f\r]*([+-]?)([0-7]+)$/, 10: /^[ \t\n\v\f\r]*([+-]?)([0-9]+)$/ } as const;
/** More than any number of 64 bits has, in octal too. */
const MAX_DIGITS = 22;

export const INT_MAX = 0x7fffffff;
const LONG_MAX = 2n ** 63n - 1n;
const UNSIGNED_RANGE = 2n ** 64n;

function parse(word: string, radix: 8 | 10): bigint | null {
  const [, sign, written] = FORMS[radix].exec(word) ?? [];
  const digits = written?.replace(/^0+(?=.)/, '');
  if (digits === undefined || digits.length > MAX_DIGITS) return null;
  const magnitude = BigInt(radix === 8 ? `0o${digits}` : digits);
  return sign === '-' ? -magnitude : magnitude;
}

/** The integer that `word` is, if it is between `min` and `max`; otherwise null. */
export function signedNumber(word: string, min: number, max: number): number | null {
  const value = parse(word, 10);
  return value !== null && value >= min && value <= max ? Number(value) : null;
}

/** The result of C's strtol for the word, if it is not negative; else null. */
export function longNumber(word: string): bigint | null {
  const value = parse(word, 10);
  return value === null || value < 0n || value > LONG_MAX ? null : value;
}

/** Such a number truncated to an `int`, as the original stores some: 4294967296 is 0. Null if that is negative. */
export function truncatedNumber(word: string): number | null {
  const value = parse(word, 10);
  if (value === null || value > LONG_MAX || value < -LONG_MAX - 1n) return null;
  const kept = Number(BigInt.asIntN(32, value));
  return kept < 0 ? null : kept;
}

/** An unsigned number of 64 bits, where negative ones wrap as in strtoul: `-1` is 18446744073709551615. */
export function unsignedNumber(word: string, radix: 8 | 10 = 10): bigint | null {
  const value = parse(word, radix);
  if (value === null || value >= UNSIGNED_RANGE || value <= -UNSIGNED_RANGE) return null;
  return value < 0n ? value + UNSIGNED_RANGE : value;
}
