// Completions for the shells, made from the tables of commands and options (packages/ctl/src/completions).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { DIST, ROOT } from './layout.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';
import { COMPLETED, SYSTEM_TOOLS } from './targets.mjs';

const TEXTS = 'packages/ctl/completions';
/** Outputs, by the names of their texts. */
export const COMPLETIONS = ['upstart.bash', 'upstart.fish', '_upstart', '_upstart-init'];

/** Brings them up to date; returns whether one was not. */
export async function completions() {
  const program = '.build/completions.js';
  const bundled = await bundle({ output: program, entry: 'packages/ctl/src/completions/generate.ts' });
  const recipe = fingerprint([COMPLETED, SYSTEM_TOOLS]);
  const inputs = COMPLETIONS.map((name) => `${TEXTS}/${name}`);
  const outputs = COMPLETIONS.map((name) => `completions/${name}`);
  if (!bundled && outputs.every((output) => isFresh(output, recipe, inputs))) return false;
  const started = Date.now();
  const { completionFiles } = await import(pathToFileURL(join(DIST, program)).href);
  const isOfInit = (name) => SYSTEM_TOOLS.includes(name);
  const files = completionFiles(
    COMPLETED.filter((name) => !isOfInit(name)),
    COMPLETED.filter(isOfInit),
    (name) => readFileSync(join(ROOT, TEXTS, name), 'utf8'),
  );
  for (const [name, text] of Object.entries(files)) replaceFile(join(DIST, 'completions', name), text);
  for (const output of outputs) remember(output, recipe, [...inputs, `dist/${program}`], started);
  return true;
}
