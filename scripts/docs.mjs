// The documents as a site of static files, in dist/site. It needs no server: its pages can be opened as files.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { DIST } from './layout.mjs';
import { Problem } from './problem.mjs';

const USAGE = 'usage: npm run docs -- [--output DIR]';

export async function run(args) {
  const output = readOutput(args);
  if (spawnSync('mandoc', [], { stdio: 'ignore', input: '' }).error !== undefined)
    throw new Problem('There is no `mandoc`, which turns the manual pages into HTML.', 'Install the package mandoc.');
  await build();
  const { writeSite } = await import('./site/site.mjs');
  const count = writeSite(output);
  console.log(`wrote ${count} pages: ${join(output, 'index.html')}`);
  return 0;
}

function readOutput(args) {
  try {
    const { values } = parseArgs({ args, options: { output: { type: 'string' } } });
    // Relative folders count from where the person stands, which npm hands on in INIT_CWD.
    return values.output === undefined
      ? join(DIST, 'site')
      : resolve(process.env.INIT_CWD ?? process.cwd(), values.output);
  } catch (error) {
    throw new Problem(error.message, USAGE);
  }
}
