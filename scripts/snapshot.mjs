// Start-up snapshots: the heap of a loaded program, from which Node can start. A snapshot fits one build of Node only.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { bundle } from './bundle.mjs';
import { withoutCodeCache } from './code-cache.mjs';
import { DIST, ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';
import { fingerprint, isFresh, remember, replaceFile } from './records.mjs';

/** The options of the bundle that runs once to build a snapshot; Node requires them. */
const AS_SCRIPT = { format: 'cjs', banner: {} };
/** The longest time, in ms, that building one may take. */
const PATIENCE_MS = 60_000;

/** Builds one row of SNAPSHOTS; returns whether it was out of date. A Node that cannot make one gets none, and start-up takes longer. */
export async function snapshot({ output, entry, script, redirects, options }) {
  const bundled = await bundle({ output: script, entry, redirects, overrides: AS_SCRIPT });
  const made = nameFor(output, process.execPath);
  const words = optionsIn(options);
  const recipe = fingerprint([words, process.version]);
  removeOthers(output, made);
  if (!bundled && isFresh(made, recipe)) return false;
  const started = Date.now();
  const reason = build(made, script, words);
  if (reason !== null) {
    rmSync(join(DIST, made), { force: true });
    console.warn(`${output}: not possible with Node ${process.version}, init will take longer to start: ${reason}`);
    return false;
  }
  remember(made, recipe, [join('dist', script)], started);
  return true;
}

/** `NAME-SIZE-TIME.EXTENSION`: the supervisor looks at the file of the Node that it is about to start (daemon/launch.c). */
export function nameFor(output, node) {
  const { size, mtimeMs } = statSync(node);
  const extension = extname(output);
  const name = basename(output, extension);
  return join(dirname(output), `${name}-${size}-${Math.floor(mtimeMs / 1000)}${extension}`);
}

function optionsIn({ file, pattern }) {
  const found = pattern.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
  if (found === undefined) throw new Problem(`${file} has no table of options for Node any more.`);
  return [...found.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
}

/** Returns why it could not be made, or null. */
function build(made, script, options) {
  const folder = mkdtempSync(join(tmpdir(), 'upstart-snapshot-'));
  const blob = join(folder, 'blob');
  try {
    const words = [...options, `--snapshot-blob=${blob}`, '--build-snapshot', join(DIST, script)];
    // Nothing of the environment is to be in it.
    const env = { PATH: process.env.PATH, TMPDIR: folder, HOME: folder };
    const { status, signal, stderr, error } = spawnSync(process.execPath, words, {
      ...{ env, cwd: '/', encoding: 'utf8', timeout: PATIENCE_MS },
    });
    if (status !== 0) return error?.message ?? `${signal ?? `status ${status}`}: ${lastLines(stderr)}`;
    replaceFile(join(DIST, made), smallest(blob, script, options));
    // Stacks of a daemon that begins with it name the file of the script.
    const map = `${basename(script)}.map`;
    replaceFile(join(DIST, dirname(made), map), readFileSync(join(DIST, dirname(script), map)));
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The content of the snapshot `blob`, without its code cache if Node begins with that as with the whole: the program starts, and ends
 * because there is no supervisor.
 */
function smallest(blob, script, options) {
  const whole = readFileSync(blob);
  const small = withoutCodeCache(whole);
  if (small === null) return whole;
  const tried = `${blob}.small`;
  writeFileSync(tried, small);
  const outcome = (path) => {
    const words = [...options, `--snapshot-blob=${path}`, join(DIST, script)];
    const { status, stderr } = spawnSync(process.execPath, words, { env: {}, encoding: 'utf8', timeout: PATIENCE_MS });
    return status === null ? null : `${status} ${stderr}`;
  };
  const expected = outcome(blob);
  return expected !== null && outcome(tried) === expected ? small : whole;
}

const lastLines = (text) => text.trim().split('\n').slice(-8).join('\n');

/** Snapshots for a Node that was here before. */
function removeOthers(output, made) {
  const folder = join(DIST, dirname(output));
  const extension = extname(output);
  const beginning = `${basename(output, extension)}-`;
  for (const name of readdirSync(folder))
    if (name.startsWith(beginning) && name.endsWith(extension) && name !== basename(made)) rmSync(join(folder, name));
}
