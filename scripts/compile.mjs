// The C programs.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GENERATED } from './generate.mjs';
import { DIST, ROOT } from './layout.mjs';
import { requireCompiler } from './prerequisites.mjs';
import { Problem } from './problem.mjs';
import { fingerprint, isFresh, remember } from './records.mjs';

const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE=', '-O2', '-Wall', '-Wextra', '-Werror'];

/** Builds one row of PROGRAMS, by its `compiler` where it has one; returns whether it was out of date. */
export function compile(program) {
  const { root = program.sources, files: shared = [] } = program.shared ?? {};
  const files = [
    ...sourcesOf(program.sources),
    ...shared.map((name) => `${root}/${name}`),
    ...(program.generated ?? []).map((name) => `${GENERATED}/${name}`),
  ];
  const recipe = fingerprint([FLAGS, program]);
  if (isFresh(program.output, recipe, files)) return false;
  const { compiler = 'cc' } = program;
  if (compiler === 'cc') requireCompiler();
  const started = Date.now();
  const sources = files.filter((path) => path.endsWith('.c'));
  let failure = '';
  for (const flags of [program.flags, program.fallback].filter(Boolean)) {
    failure = run(compiler, program.output, [`-I${program.sources}`, `-I${root}`, `-I${GENERATED}`, ...sources], flags);
    if (failure === '') break;
  }
  if (failure) throw new Problem(`Cannot compile ${program.output}.`, failure);
  remember(program.output, recipe, files, started);
  return true;
}

function sourcesOf(folder) {
  const files = readdirSync(join(ROOT, folder), { encoding: 'utf8', recursive: true })
    .filter((name) => /\.[ch]$/.test(name) && !name.startsWith('test/'))
    .sort()
    .map((name) => `${folder}/${name}`);
  if (!files.some((name) => name.endsWith('.c'))) throw new Problem(`${folder} has no C source.`);
  return files;
}

/** Returns the messages of the compiler. */
function run(compiler, output, sources, flags) {
  const path = join(DIST, output);
  const temporary = `${path}.${process.pid}.new`;
  mkdirSync(dirname(path), { recursive: true });
  const result = spawnSync(compiler, [...FLAGS, '-o', temporary, ...sources, ...flags], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (result.status === 0) renameSync(temporary, path);
  else rmSync(temporary, { force: true });
  return result.status === 0
    ? ''
    : result.stderr || String(result.error ?? `${compiler} ended with status ${result.status}`);
}
