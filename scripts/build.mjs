// Brings dist/ up to date. Every target is tried, so that one broken package does not hide the others.
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { compile } from './compile.mjs';
import { compiled } from './compiled.mjs';
import { completions } from './completions.mjs';
import { editors } from './editors.mjs';
import { generate } from './generate.mjs';
import { BIN, DIST, LIB, ROOT } from './layout.mjs';
import { writeLicences } from './licences.mjs';
import { manuals } from './manuals.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';
import { Problem } from './problem.mjs';
import { replaceFile } from './records.mjs';
import { snapshot } from './snapshot.mjs';
import { BUNDLES, COMPILED, LINKS, PROGRAMS, SCRIPTS, SNAPSHOTS, WRAPPERS } from './targets.mjs';
import { VERSION } from './version.mjs';

export async function run() {
  const started = Date.now();
  const built = await build();
  console.log(built.length ? `built ${built.join(', ')} in ${Date.now() - started} ms` : 'everything is up to date');
  return 0;
}

/** Returns the outputs that had to be made; throws a Problem that names all targets that could not be. */
export async function build() {
  requireNode();
  installDependencies();
  generate();
  const targets = [
    ...PROGRAMS.map((program) => ({ output: program.output, make: () => compile(program) })),
    ...BUNDLES.map((row) => ({ output: row.output, make: () => bundle(row) })),
    { output: 'completions', make: completions },
    { output: 'manuals', make: manuals },
    { output: 'editors', make: editors },
    ...COMPILED.map((row) => ({ output: row.output, make: () => compiled(row) })),
    ...SNAPSHOTS.map((row) => ({ output: row.output, make: () => snapshot(row) })),
  ];
  const built = [];
  const problems = [];
  for (const { output, make } of targets) {
    try {
      if (await make()) built.push(output);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`${output}: ${error.message}${error.hint ? `\n${error.hint}` : ''}`);
    }
  }
  writeSmallFiles();
  if (built.length > 0 || !existsSync(join(LIB, 'THIRD-PARTY-LICENCES'))) writeLicences();
  if (problems.length > 0) throw new Problem(`The build failed.\n${problems.join('\n')}`);
  return built;
}

function writeSmallFiles() {
  ensureFile(join(LIB, 'package.json'), '{"type":"module"}\n');
  ensureLink(join(LIB, 'node'), process.execPath);
  for (const [program, names] of Object.entries(LINKS)) {
    for (const name of names) ensureLink(join(BIN, name), program);
  }
  for (const { output, source } of SCRIPTS)
    ensureFile(join(DIST, output), readFileSync(join(ROOT, source), 'utf8').replaceAll('@VERSION@', VERSION), 0o755);
  const wrapper = readFileSync(new URL('wrapper.sh', import.meta.url), 'utf8');
  for (const [name, file] of Object.entries(WRAPPERS)) {
    ensureFile(join(BIN, name), wrapper.replaceAll('BUNDLE', file), 0o755);
  }
}

function ensureFile(path, content, mode = 0o644) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== content) replaceFile(path, content, mode);
}

function ensureLink(path, target) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(path) === target) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  symlinkSync(target, temporary);
  renameSync(temporary, path);
}
