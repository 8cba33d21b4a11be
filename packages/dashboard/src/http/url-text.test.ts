import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decoded, encoded, queryOf } from './url-text.ts';

it('keeps names of any bytes', () => {
  expect(encoded('a/b ü\udcff')).toBe('a%2Fb%20%C3%BC%ff');
  const part = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: 0xdc80, max: 0xdcff }).map(String.fromCharCode),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      // Bytes side by side may be a character.
      const name = parts.join('x');
      expect(decoded(encoded(name))).toBe(name);
    }),
  );
});

it.each([
  ['%FF', '\udcff'],
  ['%ED%A0%80', '\udced\udca0\udc80'],
  ['%C0%80', '\udcc0\udc80'],
  ['%C3%A4%C3', 'ä\udcc3'],
  ['%F0%9F%98%80', '😀'],
  ['100%', '100%'],
  ['%s%zz%41', '%s%zzA'],
])('decodes %s', (text, name) => expect(decoded(text)).toBe(name));

it('reads queries', () => {
  const query = queryOf('job=a%FF+b&job=c&&empty&x=1=2');
  expect([...query]).toEqual([
    ['job', 'a\udcff b'],
    ['empty', ''],
    ['x', '1=2'],
  ]);
  expect(queryOf('').size).toBe(0);
});
