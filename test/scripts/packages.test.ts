/** The parts of packages: the log of changes in Debian's form, the date, the command line, headers of programs. */
import { expect, test } from 'vitest';
import { debianChangelog } from '../../scripts/package/changelog.mjs';
import { isElf, isStatic } from '../../scripts/package/elf.mjs';
import { readOptions } from '../../scripts/package/options.mjs';
import { sourceDateS } from '../../scripts/package/source-date.mjs';
import { VERSION } from '../../scripts/version.mjs';

test('the newest entry becomes a log of changes of Debian, without its headings', () => {
  const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  const text = `# Changelog\n\n## 9.9 (unreleased)\n\nJobs:\n\n- One\n  and more.\n- ${words}\n\n## 9.8\n\n- Old\n`;
  const made = debianChangelog({ source: 'upstart', maintainer: 'A <a@b>', dateS: 0, text });
  expect(made).toMatch(
    new RegExp(`^upstart \\(${VERSION}\\) unstable; urgency=medium\n\n  \\* One and more\\.\n  \\* word0 `),
  );
  expect(made).toMatch(/word29\n\n -- A <a@b> {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/);
  expect(made.split('\n').filter((line: string) => line.length > 80)).toEqual([]);
  expect(made).not.toContain('Old');
});

test('the date is the one that is given, or that of the last commit', () => {
  expect(sourceDateS('12')).toBe(12);
  expect(() => sourceDateS('12.5')).toThrow('SOURCE_DATE_EPOCH is not a number of seconds: 12.5');
});

test('the words of the command line; unknown ones are refused', () => {
  const read = (...args: string[]) => readOptions(args, ['a', 'b'], ['here', 'there']);
  expect(read()).toEqual({ output: undefined, arch: undefined, names: [] });
  expect(read('b', '--output', '/x', '--arch', 'there')).toEqual({ output: '/x', arch: 'there', names: ['b'] });
  expect(() => read('c')).toThrow('Unknown package: c');
  expect(() => read('--arch', 'c')).toThrow('Unknown machine: c');
  expect(() => read('--output')).toThrow('--output');
});

test('a program that names a loader of shared libraries is not static', () => {
  const program = (bits: 32 | 64, types: number[]) => {
    const bytes = Buffer.alloc(256);
    bytes.write('\x7fELF', 'latin1');
    bytes[4] = bits / 32;
    bytes[5] = 1;
    bytes.writeUInt32LE(64, bits === 64 ? 32 : 28);
    bytes.writeUInt16LE(56, bits === 64 ? 54 : 42);
    bytes.writeUInt16LE(types.length, bits === 64 ? 56 : 44);
    for (const [index, type] of types.entries()) bytes.writeUInt32LE(type, 64 + index * 56);
    return bytes;
  };
  for (const bits of [32, 64] as const) {
    expect(isStatic(program(bits, [1, 4]))).toBe(true);
    expect(isStatic(program(bits, [1, 3]))).toBe(false);
    expect(isElf(program(bits, []))).toBe(true);
  }
  expect(isElf(Buffer.from('#!/bin/sh\n'))).toBe(false);
});
