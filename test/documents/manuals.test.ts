/** The manual pages: there is one for everything that has a name, their examples work, and mandoc has no complaint. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { expect, test } from 'vitest';
import { manualPage } from '../../packages/ctl/src/manuals/generate.ts';
import { TABLES } from '../../packages/ctl/src/manuals/tables.ts';
import { FROM_INIT, JOB_EVENTS } from '../../packages/job-language/src/known-events.ts';
import { ADDED } from '../../packages/job-language/src/lint/portable.ts';
import { parseJob } from '../../packages/job-language/src/parse-job.ts';
import { STANZA_NAMES } from '../../packages/job-language/src/stanzas.ts';
import { LINKS, MANUAL_LINKS, SCRIPTS, WRAPPERS } from '../../scripts/targets.mjs';

const FOLDER = new URL('../../man/', import.meta.url);
const TEXTS = new Map(readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
const PAGES = new Map([...TEXTS].map(([name, text]) => [name, manualPage(text)]));
const NAMES = [...PAGES.keys(), ...Object.keys(MANUAL_LINKS)];

/** Pages of other projects. */
const FOREIGN = ['dot.1'];
/** Events with a name that no page can have, and one that reports a fault of the kernel. */
const UNDESCRIBED = ['child-subreaper-failed'];

/** The keywords with which the items of a page begin, such as `start on`. */
function keywords(page: string): string[] {
  const items = page.split('\n').filter((line) => line.startsWith('.It Ic'));
  return items.flatMap((line) => [...line.matchAll(/Ic ([a-z-]+(?: [a-z]+)*)/g)].map(([, words]) => words as string));
}

/** The displays of a page that are text of job files. */
function examples(page: string): string[] {
  const displays = [...page.matchAll(/^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed$/gm)].map(
    ([, text]) => text as string,
  );
  return displays.map((text) => text.replaceAll('\\e', '\\'));
}

test('every program has a page', () => {
  const scripts = SCRIPTS.map(({ output }) => output).filter((output) => output.startsWith('bin/'));
  const programs = [
    ...Object.keys(LINKS),
    ...Object.values(LINKS).flat(),
    ...Object.keys(WRAPPERS),
    ...scripts.map((output) => output.slice('bin/'.length)),
  ];
  expect(programs.filter((name) => !NAMES.includes(`${name}.1`) && !NAMES.includes(`${name}.8`))).toEqual([]);
});

test('every event of init has a page, and is in the list of events', () => {
  const events = [...JOB_EVENTS, ...FROM_INIT, 'runlevel'].filter((name) => !UNDESCRIBED.includes(name));
  expect(events.filter((name) => !PAGES.has(`${name}.7`))).toEqual([]);
  const list = [...(PAGES.get('upstart-events.7') as string).matchAll(/^\.It ([a-z, -]+?) Ta /gm)];
  const listed = list.flatMap(([, names]) => (names as string).split(', '));
  expect(events.filter((name) => !listed.includes(name))).toEqual([]);
});

test('every stanza is in init(5), and those that are new are marked', () => {
  const page = PAGES.get('init.5') as string;
  const described = keywords(page);
  const first = described.map((words) => words.split(' ')[0]);
  expect(STANZA_NAMES.filter((name) => !first.includes(name) && !['end'].includes(name))).toEqual([]);
  const marked = [...page.matchAll(/((?:^\.It Ic .*\n)+)^\.Pq extension$/gm)].flatMap(([, items]) =>
    keywords(items as string),
  );
  expect(ADDED.filter((name) => !marked.some((words) => words === name || words.startsWith(`${name} `)))).toEqual([]);
});

test('links lead to pages, and so do references', () => {
  expect(Object.values(MANUAL_LINKS).filter((target) => !PAGES.has(target))).toEqual([]);
  const references = [...PAGES].flatMap(([name, page]) =>
    [...page.matchAll(/\bXr ([\w.-]+) (\d)/g)].map(([, title, number]) => [name, `${title}.${number}`]),
  );
  expect(references.filter(([, target]) => !NAMES.includes(target!) && !FOREIGN.includes(target!))).toEqual([]);
});

test('every table is in a page', () => {
  const marks = [...TEXTS.values()].flatMap((text) => [...text.matchAll(/^@(.*)@$/gm)].map(([, mark]) => mark));
  expect(marks.toSorted()).toEqual(Object.keys(TABLES).toSorted());
});

test('a mark without a table is an error that names it', () => {
  expect(() => manualPage('.Dt X 1\n@options none@\n')).toThrow('there is no table for @options none@');
});

test.each([...PAGES].filter(([name]) => name !== 'initctl.8' && extname(name) !== '.1'))(
  'the job files of %s are correct',
  (_name, page) => {
    for (const text of examples(page))
      expect(() => parseJob(text, { name: 'example', path: 'example.conf' })).not.toThrow();
  },
);

const hasMandoc = spawnSync('mandoc', ['-T', 'lint'], { input: '' }).error === undefined;
/** References are compared above; a page has to name the product, since it is not the operating system's. */
const ACCEPTED = /referenced manual not found|operating system explicitly specified|outdated mandoc.db/;

test.skipIf(!hasMandoc).each([...PAGES])(
  `mandoc has no complaint about %s${hasMandoc ? '' : ' (skipped without mandoc)'}`,
  (_name, page) => {
    const { stdout, stderr } = spawnSync('mandoc', ['-T', 'lint'], { input: page, encoding: 'utf8' });
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !ACCEPTED.test(line));
    expect(complaints).toEqual([]);
  },
);
