// Comments name sections of docs/reference, as in `reference: jobs §4.1, §8.2, steps 15 to 20; events §2–4`. Each of them has to exist.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

const FOLDER = 'docs/reference';
const DOCUMENTS = ['job files', 'events', 'jobs', 'control', 'system', 'bridges', 'timers', 'gotchas'];
const NAMES = DOCUMENTS.join('|');
const MARK = new RegExp(`\\breference:? ((?:${NAMES}) [^)\\n*]*)`, 'giu');
const PART = new RegExp(
  `\\b(${NAMES})\\b|(steps? )?(?:§|section )?(\\d+(?:\\.\\d+)*)(?:(?:–| to | and )(\\d+))?`,
  'gu',
);
const SOURCE = /\.(?:ts|mjs|c|h|sh)$|\/sysv\//;

/** Complains of each mark that leads nowhere. Returns whether there is none. */
export function areReferencesResolved() {
  const sections = readSections();
  const complaints = sourceFiles()
    .filter((path) => SOURCE.test(path))
    .flatMap((path) => complaintsAbout(path, readFileSync(join(ROOT, path), 'utf8'), sections));
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0;
}

/** `FILE:LINE: …` for each mark in `text` that no section answers. */
export function complaintsAbout(path, text, sections) {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(MARK)].flatMap(([, mark]) =>
      wanted(mark)
        .filter((section) => !sections.has(section))
        .map((section) => `${path}:${index + 1}: ${FOLDER} has no ${section}`),
    ),
  );
}

/** The sections that a mark names: `jobs §4.1`, `jobs §8.2 step 15`. */
export function wanted(mark) {
  let [document] = mark.split(' ');
  let section = '';
  const found = [];
  // A sentence may follow the mark.
  for (const [, name, step, number, last] of mark.split(/\. /)[0].matchAll(PART)) {
    if (name) document = name;
    else {
      if (!step) section = `${document} §`;
      const from = step ? `${found.findLast((one) => !one.includes(' step '))} step ` : section;
      found.push(`${from}${number}`);
      if (last) found.push(`${from}${last}`);
    }
  }
  return found;
}

/** All that can be named: the numbered headings, and the numbered rows of tables and lists below them. */
export function sectionsOf(document, markdown) {
  const found = new Set();
  let section = '';
  for (const line of markdown.split('\n')) {
    const heading = /^#{2,} (\d+(?:\.\d+)*)\.? /.exec(line);
    const row = /^(?:\| (\d+) \||(\d+)\. )/.exec(line);
    if (heading) {
      section = `${document} §${heading[1]}`;
      found.add(section);
    } else if (row) found.add(`${section} step ${row[1] ?? row[2]}`);
  }
  return found;
}

function readSections() {
  const path = (document) => join(ROOT, FOLDER, `${document.replace(' ', '-')}.md`);
  const present = DOCUMENTS.filter((document) => existsSync(path(document)));
  return new Set(present.flatMap((document) => [...sectionsOf(document, readFileSync(path(document), 'utf8'))]));
}
