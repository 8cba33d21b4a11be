import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand } from './expand.ts';

const LIMITS = { stanza: 'instance' };
const ENV = ['A=one', 'B=', 'K=A', 'LONG_1=x'];

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are what is tested
describe('expansion', () => {
  it.each([
    ['plain', 'plain'],
    ['$A', 'one'],
    ['x${A}y', 'xoney'],
    ['$LONG_1.', 'x.'],
    ['$B', ''],
    ['${NO:-d}', 'd'],
    ['${B:-d}', 'd'],
    ['${B-d}', ''],
    ['${A:+y}', 'y'],
    ['${B:+y}', ''],
    ['${B+y}', 'y'],
    ['${NO+y}', ''],
    ['${NO:-${A}}', 'one'],
    ['${$K}', 'one'],
    ['${}', '$'],
    ['$', '$'],
    ['$$', '$$'],
    ['$1', '$1'],
    ['a$-b', 'a$-b'],
  ])('%s gives %s', (text, expected) => {
    expect(expand(text, ENV, LIMITS)).toBe(expected);
  });

  it.each([
    ['$NO', 'Unknown parameter: NO'],
    ['${NO}', 'Unknown parameter: NO'],
    ['${NO:+$NO}', 'Unknown parameter: NO'],
    ['${A:?x}', 'Expected operator'],
    ['${A:}', 'Expected operator'],
    ['${A', 'Mismatched braces'],
    ['${A:-x', 'Mismatched braces'],
    ['${'.repeat(10_000), 'Mismatched braces'],
  ])('%.30s is refused: %s', (text, message) => {
    expect(() => expand(text, ENV, LIMITS)).toThrow(message);
  });

  it('leaves any text without a dollar as it is', () => {
    fc.assert(fc.property(fc.string(), (text) => text.includes('$') || expand(text, ENV, LIMITS) === text));
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are what is tested
