import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Memory } from './memory.ts';

let runFolder: string;
beforeEach(() => {
  runFolder = mkdtempSync(join(tmpdir(), 'file-memory-'));
});
afterEach(() => rmSync(runFolder, { recursive: true }));

const warnings: string[] = [];
const log = { debug: () => {}, info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} };
const open = (initId = 'a'): Memory => new Memory({ runFolder, initId, log });
const file = (): string => join(runFolder, 'files.json');
const ONE = { id: '1', stamp: 's' };

test('the next one recalls what there was, once', () => {
  const first = open();
  first.is('/a', ONE);
  first.is('/b', ONE);
  first.is('/c\udcff\n', ONE);
  first.isNot('/b');
  first.answered('job a');
  first.answered('job b');
  first.dropped('job b');
  const second = open();
  expect([second.recall('/a'), second.recall('/a'), second.recall('/b')]).toEqual([ONE, undefined, undefined]);
  expect([second.wasAnswered('job a'), second.wasAnswered('job b')]).toEqual([true, false]);
  expect(second.takeLeft()).toEqual(['/c\udcff\n']);
  expect(second.takeLeft()).toEqual([]);
});

test('what has been recalled stays for the one after', () => {
  open().is('/a', ONE);
  const second = open();
  second.recall('/a');
  second.is('/b', ONE);
  expect(open().takeLeft()).toEqual(['/a', '/b']);
});

test('nothing is recalled of another init, of a file that is none, or behind a torn line', () => {
  const first = open();
  first.is('/a', ONE);
  first.is('/b', ONE);
  expect(open('b').takeLeft()).toEqual([]);
  appendFileSync(file(), '["+","/c","1"');
  expect(open().takeLeft()).toEqual(['/a', '/b']);
  appendFileSync(file(), '\n["+","/d","1","s"]\n');
  expect(open().takeLeft()).toEqual(['/a', '/b']);
  writeFileSync(file(), 'something else\n');
  expect(open().takeLeft()).toEqual([]);
});

test('the file does not grow with changes', () => {
  const memory = open();
  for (let i = 0; i < 5000; i++) memory.is('/a', { id: '1', stamp: String(i) });
  expect(readFileSync(file(), 'utf8').split('\n').length).toBeLessThan(1010);
  expect(open().recall('/a')?.stamp).toBe('4999');
});

test('a folder that cannot be written is a warning, and nothing else', () => {
  rmSync(runFolder, { recursive: true });
  warnings.length = 0;
  const memory = open();
  memory.is('/a', ONE);
  memory.is('/b', ONE);
  expect(warnings).toEqual([expect.stringMatching(/^Unable to write .*files\.json: /)]);
  runFolder = mkdtempSync(join(tmpdir(), 'file-memory-'));
});
