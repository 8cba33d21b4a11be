// The measurements: every bench/NAME.ts is a program that prints its figures. Arguments name some of them; without any, all run.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { bundle } from './bundle.mjs';
import { DIST, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';

export async function run(args) {
  const known = readdirSync(join(ROOT, 'bench')).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? []);
  const unknown = args.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Problem(`No such measurement: ${unknown.join(', ')}`, `There are: ${known.join(', ')}`);
  await build();
  let failed = 0;
  for (const name of args.length > 0 ? args : known) {
    console.log(`== ${name}`);
    const output = `bench/${name}.js`;
    await bundle({ output, entry: `bench/${name}.ts` });
    if (spawnSync(process.execPath, [join(DIST, output)], { cwd: ROOT, stdio: 'inherit' }).status !== 0) failed++;
  }
  return failed > 0 ? 1 : 0;
}
