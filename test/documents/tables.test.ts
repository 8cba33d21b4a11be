/** The lists that people read, and those of the fuzzers, have everything that the tables in the sources have. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../packages/ctl/src/commands.ts';
import { helpText } from '../../packages/daemon/src/options/options.ts';
import { STANZA_NAMES } from '../../packages/job-language/src/stanzas.ts';
import { PRIVILEGED } from '../../packages/protocol/src/messages.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

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
  expect([...new Set(described)]).toEqual(expect.arrayContaining([...STANZA_NAMES]));
});

test('every stanza is among the words of the fuzzer of job files', () => {
  const words = readFileSync(new URL('../fuzz/corpus/job-files/words', import.meta.url), 'latin1');
  const first = words.split('\n').map((line) => line.trim().split(' ')[0]);
  expect(first).toEqual(expect.arrayContaining([...STANZA_NAMES]));
});

test('every command is in the reference', () => {
  const described = firstCells(section('docs/reference/control.md', '3'));
  const undocumented = COMMANDS.map(({ name }) => name).filter((name) => name !== 'help' && !described.includes(name));
  expect(undocumented).toEqual([]);
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
