/** The lists that people read, and those of the fuzzers, have everything that the tables in the sources have. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../packages/ctl/src/commands.ts';
import { COMMANDS as FRONT_COMMANDS } from '../../packages/ctl/src/upstart/commands/all.ts';
import { helpText } from '../../packages/daemon/src/options/options.ts';
import { FROM_INIT, isKnownEvent } from '../../packages/job-language/src/known-events.ts';
import { ADDED } from '../../packages/job-language/src/lint/portable.ts';
import { STANZA_NAMES } from '../../packages/job-language/src/stanzas.ts';
import { PRIVILEGED } from '../../packages/protocol/src/privileged.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Calls in the daemon that emit an event of a fixed name. */
const EMITS = /\b(?:emits|emitEvent|emitOwnEvent|waitForEvent)\((?:\s*[\w.]+,)*\s*'([a-z-]+)'/g;

/** The text of a section, without those below other headings of its level or above. */
function section(path: string, number: string): string {
  const text = read(path);
  const heading = new RegExp(`^(#+) ${number.replace('.', '\\.')}\\.? .*$`, 'm').exec(text);
  if (!heading) throw new Error(`${path} has no section ${number}`);
  const rest = text.slice(heading.index + heading[0].length);
  return rest.split(new RegExp(`^#{2,${heading[1]!.length}} `, 'm'))[0] as string;
}

/** The words in code of the first cells of all rows of tables. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| (.*?[^\\]) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]*)`/g)].map(([, code]) => code!),
  );

test('every stanza is in the reference', () => {
  const described = firstCells(section('docs/reference/job-files.md', '4')).map((form) => form.split(' ')[0]);
  expect(STANZA_NAMES.filter((name) => !described.includes(name))).toEqual([]);
});

test('the stanzas that the reference calls new are those that --portable names', () => {
  const rows = section('docs/reference/job-files.md', '4')
    .split('\n')
    .filter((row) => row.includes('Not in 1.13.2'));
  const keywords = rows.map((row) => /^[a-z -]+[a-z]/.exec(firstCells(`${row}\n`)[0] ?? '')?.[0]);
  expect(keywords.sort()).toEqual([...ADDED].sort());
});

test('every stanza is among the words of the fuzzer of job files', () => {
  const words = readFileSync(new URL('../fuzz/corpus/job-files/words', import.meta.url), 'latin1');
  const first = words.split('\n').map((line) => line.trim().split(' ')[0]);
  expect(STANZA_NAMES.filter((name) => !first.includes(name))).toEqual([]);
});

test('every command is in the reference', () => {
  const described = firstCells(section('docs/reference/control.md', '3'));
  const undocumented = COMMANDS.map(({ name }) => name).filter((name) => name !== 'help' && !described.includes(name));
  expect(undocumented).toEqual([]);
});

test('every sub-command of upstart is in its page', () => {
  const described = firstCells(read('docs/upstart.md')).flatMap((form) => form.split(' ')[0]);
  expect(FRONT_COMMANDS.map(({ name }) => name).filter((name) => !described.includes(name))).toEqual([]);
});

test('the events of init in the reference are those that warnings know', () => {
  const rows = section('docs/reference/events.md', '11').split('\n');
  const ofInit = rows.filter((row) => /^\| [^|]* \| (?:an? .*)?(?:init|process 1)\b/.test(row));
  const names = ofInit.flatMap((row) => firstCells(`${row}\n`.replace(/^(\| [^|]* \|).*/, '$1')));
  expect(names.filter((name) => !isKnownEvent(name.replace('NAME', 'x')))).toEqual([]);
  expect(FROM_INIT.filter((name) => !names.includes(name))).toEqual([]);
});

test('every event that the daemon emits is one that warnings know', () => {
  const folder = new URL('../../packages/daemon/src/', import.meta.url);
  const sources = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter(
    (path) => path.endsWith('.ts') && !/\.test\.ts$|testing\//.test(path),
  );
  const emitted = sources.flatMap((path) => {
    const calls = readFileSync(new URL(path, folder), 'utf8').matchAll(EMITS);
    return [...calls].map(([, name]) => name!);
  });
  expect(emitted).toEqual(
    expect.arrayContaining(['started', 'stopping', 'session-end', 'flapping', 'keyboard-request']),
  );
  expect(emitted.filter((name) => !isKnownEvent(name))).toEqual([]);
});

test('every option of init is in the reference', () => {
  const text = section('docs/reference/system.md', '1');
  const options = [...helpText('init').matchAll(/--([a-z-]+)/g)].map(([option]) => option);
  expect(options.filter((option) => !text.includes(option))).toEqual([]);
});

test('every request that needs rights is in the reference', () => {
  const text = section('docs/reference/control.md', '5').replaceAll('\n', ' ');
  expect(Object.values(PRIVILEGED).filter((action) => !text.includes(action))).toEqual([]);
});
