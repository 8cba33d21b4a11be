#!/usr/bin/env node
// Runs conformance cases (*.t) against an implementation of Upstart and compares
// what they print with what is written in the case, or writes it there (--record).
// See README.md beside this file for the case format and the adapter contract.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';

const here = dirname(fileURLToPath(import.meta.url));
const argv = process.argv.slice(2);
const options = { record: false, keep: false, adapter: '', timeout: 600, jobs: 1, quiet: false, pending: '', root: '', alone: '', summary: '' };
const paths = [];
for (let i = 0; i < argv.length; i++) {
  const a = argv[i] ?? '';
  /** The option's value. */
  const next = () => argv[++i] ?? '';
  if (a === '--record') options.record = true;
  else if (a === '--keep') options.keep = true;
  else if (a === '--quiet') options.quiet = true;
  else if (a === '--adapter') options.adapter = resolve(next());
  else if (a === '--timeout') options.timeout = Number(next());
  else if (a === '--jobs') options.jobs = Number(next());
  else if (a === '--pending') options.pending = next();
  else if (a === '--needs-root') options.root = next();
  else if (a === '--alone') options.alone = next();
  else if (a === '--summary') options.summary = next();
  else paths.push(resolve(a));
}
if (!options.adapter) {
  console.error('usage: run.mjs --adapter EXECUTABLE [--record] [--keep] [--quiet] [--jobs N] [--timeout S] [--pending FILE] [--needs-root FILE] [--alone FILE] [--summary FILE] [CASE|DIR ...]');
  process.exit(2);
}
if (paths.length === 0) paths.push(join(here, 'cases'));

/** @type {(path: string) => string[]} */
const casesBelow = (p) => {
  if (statSync(p).isDirectory()) return readdirSync(p).sort().flatMap((f) => casesBelow(join(p, f)));
  return p.endsWith('.t') ? [p] : [];
};
const cases = paths.flatMap(casesBelow);

/** The cases that a list names, one a line; `#` starts a comment. A name that is no case is an error. */
function readList(file) {
  const names = file ? readFileSync(file, 'utf8').split('\n').map((l) => l.replace(/#.*/, '').trim()).filter(Boolean) : [];
  for (const [i, name] of names.entries()) {
    const wrong = names.indexOf(name) !== i ? 'listed twice' : statSync(join(here, 'cases', name), { throwIfNoEntry: false }) ? '' : 'no such case';
    if (wrong) { console.error(`${file}: ${name}: ${wrong}`); process.exit(2); }
  }
  return new Set(names);
}
const pending = readList(options.pending);
const needsRoot = readList(options.root);
const alone = readList(options.alone);
const nameOf = (test) => relative(join(here, 'cases'), test.file);

/** By area: what its cases need of the machine, and how to look for it. */
const NEEDED = {
  dbus: { 'dbus-send': 'command -v dbus-send', 'python3-dbus': "/usr/bin/python3 -c 'import dbus; from gi.repository import GLib'" },
};
const lookedFor = new Map();

/** What a case needs and the machine does not have. */
function missingPrograms(test) {
  const area = nameOf(test).split('/')[0];
  if (!lookedFor.has(area)) {
    const isMissing = ([, look]) => spawnSync('sh', ['-c', look]).status !== 0;
    lookedFor.set(area, Object.entries(NEEDED[area] ?? {}).filter(isMissing).map(([name]) => name));
  }
  return lookedFor.get(area);
}

/** Why a case cannot be run here; '' if it can. */
function reasonToSkip(test) {
  const missing = missingPrograms(test);
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  if (process.getuid?.() === 0) return '';
  if (test.directives.mode === 'system') return 'mode: system needs root';
  return needsRoot.has(nameOf(test)) ? 'needs root' : '';
}

/**
 * A command with the output that it has to print.
 * @typedef {{ command: string[], expected: string[] }} Step
 */

/** A case is prose, directives (`mode: system`, `args: --x`) and steps. */
function parseCase(file) {
  /** @type {(Step | { prose: string, command?: undefined })[]} */
  const items = [];
  const directives = { mode: 'user', args: '', daemon: 'yes' };
  /** @type {Step | null} */
  let step = null;
  for (const line of readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')) {
    if (line.startsWith('  $ ')) items.push((step = { command: [line.slice(4)], expected: [] }));
    else if (line.startsWith('  > ') && step && step.expected.length === 0) step.command.push(line.slice(4));
    else if (line === '  >' && step && step.expected.length === 0) step.command.push('');
    else if (line.startsWith('  ') && step) step.expected.push(line.slice(2));
    else {
      step = null;
      items.push({ prose: line });
      const directive = /^(mode|args|daemon): *(.*)$/.exec(line);
      if (directive) directives[directive[1]] = directive[2];
    }
  }
  return { file, items, directives, steps: items.flatMap((i) => (i.command ? [i] : [])) };
}

function normalise(text, dir) {
  return text
    .replaceAll(dir, '<dir>')
    .replace(/\b((?:[\w-]+ )?process )\d+/g, '$1<pid>')
    .replace(/\(upstart \d+\.\d+\.\d+\)/g, '(upstart <version>)')
    .replace(/\(\d+\)(?= (?:terminated|killed|main process|process))/g, '(<pid>)')
    .split('\n').map((l) => l.replace(/\s+$/, ''));
}

/** Cases that are being run, by folder: whoever interrupts the runner leaves no daemon behind. */
const running = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const [dir, { mode, env }] of running) {
      spawnSync(options.adapter, ['stop', dir, mode], { env, timeout: 200000 });
      if (!options.keep) rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    }
    process.exit(1);
  });
}

/**
 * Kills a process that leads a group, and the group.
 * @param {import('node:child_process').ChildProcess} leader
 */
function killGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** `stopsEarly`: not beyond the first step that differs, for cases of which nothing else is expected. */
async function runCase(test, stopsEarly) {
  const dir = mkdtempSync(join(tmpdir(), 'conformance-'));
  for (const d of ['conf', 'log', 'run', 'home']) mkdirSync(join(dir, d), { mode: 0o700 });
  const { mode, args, daemon: wanted } = test.directives;
  const extra = args ? args.split(/\s+/).map((a) => a.replaceAll('DIR', dir)) : [];
  const before = test.steps.findIndex((s) => s.command[0] === 'boot');
  const env = { ...process.env, HOME: join(dir, 'home'), LC_ALL: 'C', TZ: 'UTC' };
  for (const k of Object.keys(env)) if (k.startsWith('UPSTART_') || k.startsWith('XDG_')) delete env[k];
  running.set(dir, { mode, env });
  let daemon = /** @type {import('node:child_process').ChildProcess | null} */ (null);
  let log = '';
  const boot = () => {
    const started = spawn(options.adapter, ['run', dir, mode, ...extra], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    daemon = started;
    started.stdout.on('data', (d) => (log += d));
    started.stderr.on('data', (d) => (log += d));
    const ready = spawnSync(options.adapter, ['ready', dir, mode], { env, timeout: 200000 });
    if (ready.status !== 0) throw new Error(`daemon not ready: ${ready.stderr}\n${log}`);
  };
  try {
    // Steps before a boot run on this machine: what they mount must not stay there.
    const [shellProgram = 'bash', ...words] = [...(mode === 'system' ? ['unshare', '--mount'] : []), 'bash', '--noprofile', '--norc'];
    const prologue = before < 0 ? [] : test.steps.slice(0, before);
    const outputs = [];
    const runSteps = async (steps, viaAdapter) => {
      const salt = randomBytes(8).toString('hex');
      const script = join(dir, `.steps-${salt}.sh`);
      writeFileSync(script, `exec 2>&1; cd '${dir}'; . '${join(here, 'helpers.sh')}'\n`
        + steps.map((s) => `${s.command.join('\n')}\n{ __rc=$?; } 2>/dev/null; printf '\\n${salt} %d\\n' $__rc\n`).join(''));
      const shell = viaAdapter
        ? spawn(options.adapter, ['shell', dir, mode, script], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
        : spawn(shellProgram, [...words, script], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      const mark = new RegExp(`\\n${salt} (\\d+)\\n`);
      /** What step `i` printed, without the blank lines at its end, and its status unless that is 0. */
      const answerOf = (parts, i, late) => {
        const [text, rc] = parts.slice(2 * i, 2 * i + 2);
        if (rc === undefined) return [late ? '(timed out)' : '(shell ended)', ...normalise(text ?? '', dir)];
        const lines = text === '' ? [] : normalise(text, dir);
        while (lines.length && lines[lines.length - 1] === '') lines.pop();
        return rc === '0' ? lines : [...lines, `[${rc}]`];
      };
      let out = '';
      const kill = () => killGroup(shell);
      let seen = 0;
      const collect = (d) => {
        out += d;
        if (!stopsEarly) return;
        // The verdict stands with the first step that differs: what waits for something that never comes is not waited for.
        const parts = out.split(mark);
        for (; 2 * seen + 1 < parts.length; seen++) if (!matches(steps[seen].expected, answerOf(parts, seen, false))) kill();
      };
      shell.stdout.on('data', collect);
      shell.stderr.on('data', collect);
      let late = false;
      const timer = setTimeout(() => { late = true; kill(); }, options.timeout * 1000);
      // A background child may outlive the shell and hold its output open: give the pipes a moment, no more.
      await new Promise((done) => { shell.on('close', done); shell.on('exit', () => setTimeout(() => setImmediate(done), 500)); });
      clearTimeout(timer);
      const parts = out.split(mark);
      steps.forEach((_, i) => outputs.push(answerOf(parts, i, late)));
    };
    if (prologue.length) await runSteps(prologue, false);
    if (before >= 0) outputs.push([]);
    if (wanted !== 'no') boot();
    await runSteps(test.steps.slice(before + 1), wanted !== 'no');
    return { outputs, log, dir };
  } catch (error) {
    return { error, outputs: [], log, dir };
  } finally {
    if (wanted !== 'no') {
      spawnSync(options.adapter, ['stop', dir, mode], { env, timeout: 200000 });
      if (daemon?.exitCode === null) killGroup(daemon);
    }
    if (!options.keep) rmSync(dir, { recursive: true, force: true, maxRetries: 20 });
    running.delete(dir);
  }
}

function matches(expected, actual) {
  if (expected.length !== actual.length) return false;
  return expected.every((e, i) => {
    if (e === actual[i]) return true;
    if (e.endsWith(' (re)')) return new RegExp(`^(?:${e.slice(0, -5)})$`).test(actual[i]);
    return false;
  });
}

let passed = 0;
const failed = [];
let skipped = 0;
let notReached = 0;
/** Counts by area, which is the first folder of a case's name. */
const areas = new Map();
function count(test, result) {
  const area = dirname(nameOf(test));
  if (!areas.has(area)) areas.set(area, { passed: 0, failed: 0, skipped: 0, pending: 0 });
  areas.get(area)[result]++;
}
const tests = cases.map(parseCase);
const queue = tests.filter((test) => !alone.has(nameOf(test)));
async function worker() {
  for (let test = queue.shift(); test; test = queue.shift()) {
    const reason = options.record ? '' : reasonToSkip(test);
    if (reason) { skipped++; count(test, 'skipped'); console.log(`skipped ${nameOf(test)}: ${reason}`); continue; }
    const { outputs, error, log } = await runCase(test, pending.has(nameOf(test)) && !options.record);
    if (options.record) {
      if (error) { failed.push(test.file); console.log(`not recorded ${test.file}: ${error.message}`); continue; }
      let k = 0;
      const text = test.items.map((i) => {
        if (!i.command) return i.prose;
        const out = outputs[k++] ?? [];
        const kept = matches(i.expected, out) ? i.expected : out;
        return [`  $ ${i.command[0]}`, ...i.command.slice(1).map((c) => `  > ${c}`.trimEnd()), ...kept.map((l) => `  ${l}`)].join('\n');
      }).join('\n') + '\n';
      writeFileSync(test.file, text);
      passed++;
      continue;
    }
    const bad = test.steps.map((s, i) => ({ s, out: outputs[i] ?? ['(not run)'] })).filter(({ s, out }) => !matches(s.expected, out));
    const expectedToFail = pending.has(nameOf(test));
    const good = !error && bad.length === 0;
    if (expectedToFail && !good) { notReached++; count(test, 'pending'); if (!options.quiet) console.log(`pending ${nameOf(test)}`); continue; }
    if (expectedToFail) {
      failed.push(test.file);
      count(test, 'failed');
      console.log(`not ok ${test.file}\n    passes now: take it off ${options.pending}`);
      continue;
    }
    count(test, good ? 'passed' : 'failed');
    if (good) { passed++; if (!options.quiet) console.log(`ok ${basename(test.file)}`); continue; }
    failed.push(test.file);
    console.log(`not ok ${test.file}`);
    if (options.quiet) continue;
    if (error) console.log(`    ${error.message}`);
    for (const { s, out } of bad.slice(0, 4)) {
      console.log(`    $ ${s.command.join('\n    > ')}`);
      for (const l of s.expected) console.log(`    - ${l}`);
      for (const l of out) console.log(`    + ${l}`);
    }
    if (log.trim()) console.log(`    daemon said: ${log.trim().split('\n').slice(-5).join('\n                 ')}`);
  }
}
await Promise.all(Array.from({ length: options.jobs }, worker));
queue.push(...tests.filter((test) => alone.has(nameOf(test))));
await worker();
if (areas.size > 1) {
  for (const [area, counts] of [...areas].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${area.padEnd(12)}${Object.entries(counts).filter(([, n]) => n).map(([what, n]) => `${n} ${what}`).join(', ')}`);
  }
}
if (options.summary) writeFileSync(options.summary, JSON.stringify({ passed, failed: failed.length, skipped, pending: notReached, failures: failed }));
console.log(`${passed} passed, ${failed.length} failed${skipped ? `, ${skipped} skipped` : ''}${notReached ? `, ${notReached} pending` : ''}`);
process.exit(failed.length ? 1 : 0);
