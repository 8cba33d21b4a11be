import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMPLETED, LINKS, SYSTEM_TOOLS, WRAPPERS } from '../../../../scripts/targets.mjs';
import { COMMANDS } from '../commands.ts';
import { COMMANDS as FRONT_COMMANDS } from '../upstart/commands/all.ts';
import { completionFiles } from './generate.ts';
import { rowsOf } from './rows.ts';

const FILES = completionFiles(
  COMPLETED.filter((name) => !SYSTEM_TOOLS.includes(name)),
  COMPLETED.filter((name) => SYSTEM_TOOLS.includes(name)),
  (name) => readFileSync(new URL(`../../completions/${name}`, import.meta.url), 'utf8'),
);

test('no mark is left in the files', () => {
  for (const text of Object.values(FILES)) expect(text).not.toMatch(/@[A-Z]+@/);
});

test.each([
  ['upstart.bash', (option: string) => `--${option}`],
  ['_upstart', (option: string) => `--${option}`],
  ['upstart.fish', (option: string) => `-l ${option} `],
])('%s has every option of every command', (file, form) => {
  const text = `${FILES[file]} `.replaceAll('\n', ' \n');
  const options = [
    ...COMMANDS.flatMap(({ options }) => options.map(({ long }) => long)),
    ...FRONT_COMMANDS.flatMap(({ options }) =>
      Object.entries(options).map(([name, { default: preset }]) => (preset === true ? `no-${name}` : name)),
    ),
  ];
  expect(options.filter((option) => !text.includes(form(option)))).toEqual([]);
});

test('every program is completed that reads its options from a table', () => {
  const programs = [...Object.keys(LINKS), ...Object.values(LINKS).flat(), ...Object.keys(WRAPPERS)];
  expect(programs.filter((name) => !COMPLETED.includes(name))).toEqual(['initctl2dot']);
  expect(COMPLETED.filter((name) => rowsOf([name]).length === 0)).toEqual([]);
});

test('options without an effect are not offered', () => {
  const options = rowsOf(['shutdown']).flatMap(({ options }) => options.flatMap(({ names }) => names));
  expect(options).toContain('--warn-only');
  expect(options).not.toContain('--fast');
});
