// Manual pages, made from the texts in man/ and the tables of commands and options (packages/ctl/src/manuals).
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { DIST, ROOT } from './layout.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';
import { MANUAL_LINKS } from './targets.mjs';

const TEXTS = 'man';

/** The path of a page below dist and below PREFIX. */
export const manualPlace = (name) => `share/man/man${extname(name).slice(1)}/${name}`;

/** The names of all pages: those of their own, and those that lead to another one. */
export function manualNames() {
  return [...readdirSync(join(ROOT, TEXTS)), ...Object.keys(MANUAL_LINKS)];
}

/** Brings them up to date; returns whether one was not. */
export async function manuals() {
  const program = '.build/manuals.js';
  const bundled = await bundle({ output: program, entry: 'packages/ctl/src/manuals/generate.ts' });
  const texts = readdirSync(join(ROOT, TEXTS));
  const recipe = fingerprint([texts, MANUAL_LINKS]);
  const inputs = texts.map((name) => `${TEXTS}/${name}`);
  const outputs = manualNames().map(manualPlace);
  if (!bundled && outputs.every((output) => isFresh(output, recipe, inputs))) return false;
  const started = Date.now();
  const { manualPage } = await import(pathToFileURL(join(DIST, program)).href);
  const write = (name, text) => {
    const place = join(DIST, manualPlace(name));
    mkdirSync(dirname(place), { recursive: true });
    replaceFile(place, text);
  };
  for (const name of texts) write(name, manualPage(readFileSync(join(ROOT, TEXTS, name), 'utf8')));
  for (const [name, target] of Object.entries(MANUAL_LINKS))
    write(name, `.so man${extname(target).slice(1)}/${target}\n`);
  for (const output of outputs) remember(output, recipe, [...inputs, `dist/${program}`], started);
  return true;
}
