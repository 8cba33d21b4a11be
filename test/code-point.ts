/** Any code point, for `fc.string({ unit: codePoint })`. The unit `binary` of fast-check has the same, but takes seconds to be made. */
import fc from 'fast-check';

const LAST_BEFORE_SURROGATES = 0xd7ff;
const FIRST_AFTER_SURROGATES = 0xe000;
const LAST = 0x10ffff;

export const codePoint = fc
  .oneof(fc.nat(0x7f), fc.nat(LAST_BEFORE_SURROGATES), fc.integer({ min: FIRST_AFTER_SURROGATES, max: LAST }))
  .map((point) => String.fromCodePoint(point));
