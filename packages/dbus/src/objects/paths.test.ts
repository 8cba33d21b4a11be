import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { codePoint } from '../../../../test/code-point.ts';
import { isObjectPath } from '../wire/names.ts';
import { escapeElement, instancePath, unescapeElement } from './paths.ts';

it.each([
  ['', '_'],
  ['ssh', 'ssh'],
  ['in-st.a_b', 'in_2dst_2ea_5fb'],
  ['net/t', 'net_2ft'],
  ['é', '_c3_a9'],
  ['\udce9', '_e9'],
])('%j is %s', (name, element) => {
  expect(escapeElement(name)).toBe(element);
  expect(unescapeElement(element)).toBe(name);
});

it.each(['_2', '_zz', '__', '_2D', '_61', 'a_'])('%s is the element of no name', (element) => {
  expect(unescapeElement(element)).toBeNull();
});

it('makes paths that D-Bus allows, of any names, and finds the names again', () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), fc.string({ unit: codePoint }), (job, instance) => {
      const path = instancePath(`j${job}`, instance);
      expect(isObjectPath(path)).toBe(true);
      const [j, i] = path.split('/').slice(-2).map(unescapeElement);
      expect([j, i]).toEqual([`j${job}`, instance]);
    }),
  );
});
