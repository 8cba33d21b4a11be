// The pictures of the documents, drawn from the sources that they show. `node scripts/pictures/pictures.mjs` redraws them.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { ROOT } from '../layout.mjs';
import { sourceFiles } from '../source-files.mjs';
import { housePicture } from './house.mjs';
import { statesPicture } from './states.mjs';

const PICTURES = [
  { path: 'docs/states.svg', draw: () => statesPicture(transitions().NEXT) },
  { path: 'docs/house.svg', draw: housePicture },
];

/** Prints each picture that differs from its sources. Returns whether there is none. */
export function arePicturesCurrent() {
  const stale = PICTURES.filter(({ path, draw }) => readFileSync(join(ROOT, path), 'utf8') !== draw());
  for (const { path } of stale) console.error(`${path} is out of date: run \`node scripts/pictures/pictures.mjs\``);
  return stale.length === 0;
}

/** The exports of the engine's table of transitions. */
function transitions() {
  const file = sourceFiles('packages/daemon/src/engine').find((path) => path.endsWith('/transitions.ts'));
  const esbuild = createRequire(import.meta.url)('esbuild');
  const { code } = esbuild.transformSync(readFileSync(join(ROOT, file), 'utf8'), { loader: 'ts', format: 'cjs' });
  const module = { exports: {} };
  vm.runInNewContext(code, { module, exports: module.exports });
  return module.exports;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const { path, draw } of PICTURES) writeFileSync(join(ROOT, path), draw());
}
