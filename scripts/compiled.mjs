// Programs that V8 has compiled ahead: their source in one piece, and the code of the functions that ran in a rehearsal. V8 takes the code
// in the build of Node that made it only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as zlib from 'node:zlib';
import { bundle } from './bundle.mjs';
import { DIST, ROOT } from './layout.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';
import { VERSION } from './version.mjs';

const REHEARSAL = join(ROOT, 'scripts/rehearsal.mjs');
/** The longest time, in ms, that a rehearsal may take. */
const PATIENCE_MS = 60_000;

/** Builds one row of COMPILED; returns whether it was out of date. Without it the programs take longer to start. */
export async function compiled({ output, entry, script, redirects, overrides, programs }) {
  const bundled = await bundle({ output: script, entry, redirects, overrides });
  const sizes = Object.fromEntries(programs.map((name) => [name, statSync(join(DIST, dirname(output), name)).size]));
  const recipe = fingerprint([VERSION, process.version, process.execPath, sizes]);
  if (!bundled && isFresh(output, recipe)) return false;
  const started = Date.now();
  const source = readFileSync(join(DIST, script));
  const code = rehearsed(output, script);
  rmSync(join(DIST, output), { force: true });
  if (code === null) return false;
  const name = basename(script);
  const content = Buffer.concat([source, code]);
  const header = {
    version: VERSION,
    programs: sizes,
    script: name,
    sourceBytes: source.length,
    checksum: zlib.crc32(content),
  };
  replaceFile(join(DIST, dirname(output), `${name}.map`), readFileSync(join(DIST, `${script}.map`)));
  replaceFile(join(DIST, output), Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), content]));
  remember(output, recipe, [join('dist', script), 'scripts/compiled.mjs', 'scripts/rehearsal.mjs'], started);
  return true;
}

/** The code after the rehearsal; null where that was not possible. */
function rehearsed(output, script) {
  const fail = (reason) => {
    console.warn(`${output}: not possible with Node ${process.version}, commands will take longer to start: ${reason}`);
    return null;
  };
  if (!zlib.crc32) return fail('it has no checksums');
  const folder = mkdtempSync(join(tmpdir(), 'upstart-compiled-'));
  try {
    const words = [REHEARSAL, join(DIST, script), folder];
    // Nothing of the environment is to be in the way.
    const env = { PATH: process.env.PATH, TMPDIR: folder, HOME: folder };
    const { status, stderr, error } = spawnSync(process.execPath, words, {
      env,
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    return status === 0 ? readFileSync(join(folder, 'code')) : fail(error?.message ?? stderr.trim());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
