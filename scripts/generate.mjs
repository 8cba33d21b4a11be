// Sources that are generated from other sources before the compilation.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';
import { frameHeader, frameRules } from './frame-header.mjs';
import { DIST, ROOT } from './layout.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';

/** The folder of generated headers, relative to the top. */
export const GENERATED = 'dist/generated';

const HEADERS = [
  { output: 'generated/frame_table.h', textOf: frameHeader },
  { output: 'generated/frame_rules.h', textOf: frameRules },
];
const TABLE = 'packages/daemon/src/supervisor/frame-table.ts';
const GENERATORS = ['scripts/generate.mjs', 'scripts/frame-header.mjs'];

/** Brings the generated headers up to date; returns whether one was not. */
export function generate() {
  const recipe = fingerprint([TABLE]);
  if (HEADERS.every(({ output }) => isFresh(output, recipe, GENERATORS))) return false;
  const started = Date.now();
  const { table, inputs } = readTable();
  for (const { output, textOf } of HEADERS) {
    replaceFile(join(DIST, output), textOf(table));
    remember(output, recipe, [...inputs, ...GENERATORS], started);
  }
  return true;
}

/** Imports the modules that hold the table. Returns their exports and their files. */
function readTable() {
  // Not before it is needed: it takes longer to load than all else when nothing has changed.
  const esbuild = createRequire(import.meta.url)('esbuild');
  const { outputFiles, metafile } = esbuild.buildSync({
    stdin: {
      contents: `export * from './${TABLE}'; export { SPAWN_STEPS } from './packages/daemon/src/supervisor/process-messages.ts';`,
      resolveDir: ROOT,
    },
    bundle: true,
    format: 'iife',
    globalName: 'table',
    metafile: true,
    write: false,
    absWorkingDir: ROOT,
  });
  const table = vm.runInNewContext(`${outputFiles[0].text}; table`);
  return { table, inputs: Object.keys(metafile.inputs).filter((name) => name !== '<stdin>') };
}
