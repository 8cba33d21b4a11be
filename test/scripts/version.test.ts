/** The check that keeps the version in one place. */
import { expect, test } from 'vitest';
import { copiesOf, VERSION } from '../../scripts/version.mjs';

function copies(...lines: string[]): string[] {
  return copiesOf('7.8.9', ['packages/x.c'], () => lines.join('\n'));
}

test('a second copy is found, whatever stands around it', () => {
  expect(copies('a', '#define VERSION "7.8.9"', "init (upstart 7.8.9)'")).toEqual(['packages/x.c:2', 'packages/x.c:3']);
  expect(copies('It is 7.8.9.')).toEqual(['packages/x.c:1']);
  expect(copies(String.raw`/7\.8\.9/`, String.raw`'7\\.8\\.9'`)).toHaveLength(2);
});

test('other versions are none', () => {
  expect(copies('17.8.9', '7.8.91', '7.8.9.1', '1.7.8.9', '7.80.9', '7x8x9')).toEqual([]);
});

test('its own place is none', () => {
  expect(copiesOf(VERSION, ['package.json', 'CHANGELOG.md'], () => VERSION)).toEqual([]);
});
