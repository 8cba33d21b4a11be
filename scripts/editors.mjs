// Editor files for job files, made from the texts in editors/ and the table of stanzas (packages/ctl/src/editors).
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { DIST, ROOT } from './layout.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';

/** The files, below `editors` and below dist/editors. */
export const VIM_FILES = ['ftdetect', 'ftplugin', 'syntax'].map((folder) => `vim/${folder}/upstart.vim`);

/** Brings them up to date; returns whether one was not. */
export async function editors() {
  const program = '.build/editors.js';
  const bundled = await bundle({ output: program, entry: 'packages/ctl/src/editors/vim.ts' });
  const recipe = fingerprint(VIM_FILES);
  const inputs = VIM_FILES.map((name) => `editors/${name}`);
  const outputs = VIM_FILES.map((name) => `editors/${name}`);
  if (!bundled && outputs.every((output) => isFresh(output, recipe, inputs))) return false;
  const started = Date.now();
  const { vimSyntax } = await import(pathToFileURL(join(DIST, program)).href);
  for (const name of VIM_FILES) {
    const place = join(DIST, 'editors', name);
    mkdirSync(dirname(place), { recursive: true });
    replaceFile(place, vimSyntax(readFileSync(join(ROOT, 'editors', name), 'utf8')));
  }
  for (const output of outputs) remember(output, recipe, [...inputs, `dist/${program}`], started);
  return true;
}
