/** For tests: stanzas at random. */
import fc from 'fast-check';

export const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:@%/+,-]{0,8}$/);

export const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);

export const oneOf = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

/** The texts below each other, without those that are empty. */
export const lines = (...texts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...texts).map((all) => all.filter((text) => text !== '').join('\n'));
