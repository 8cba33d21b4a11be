// The measurements: bench/main.ts, run on a fresh build with whatever arguments it takes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { bundle } from './bundle.mjs';
import { compile } from './compile.mjs';
import { DIST, ROOT } from './layout.mjs';

const PROGRAM = { output: 'bench/main.js', entry: 'bench/main.ts' };

/** The programs that measure, and the small C programs that they compare with. */
const TOOLS = ['meter', 'client', 'payload'].map((name) => ({
  output: `bench/${name}`,
  sources: `bench/c/${name}`,
  flags: ['-static'],
  fallback: [],
}));

export async function run(args) {
  await build();
  for (const tool of TOOLS) compile(tool);
  await bundle(PROGRAM);
  const program = join(DIST, PROGRAM.output);
  return spawnSync(process.execPath, [program, ...args], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
