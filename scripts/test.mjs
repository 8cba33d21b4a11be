// Everything that can be checked on this machine. Each part adds to one count, which is the last line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { CHECKS } from './checks.mjs';
import { conformanceFailures, unitTestFailures } from './failures.mjs';
import { ROOT } from './layout.mjs';
import { installDependencies, requireNode } from './prerequisites.mjs';
import { Problem } from './problem.mjs';

const ONE_PASSED = { passed: 1, failed: 0, skipped: 0 };
const ONE_FAILED = { passed: 0, failed: 1, skipped: 0 };

export async function run() {
  requireNode();
  installDependencies();
  const folder = mkdtempSync(join(tmpdir(), 'upstart-test-'));
  const parts = [
    ...CHECKS.map(({ name, isInOrder }) => ({ name, work: () => (isInOrder() ? ONE_PASSED : ONE_FAILED) })),
    // Before the build: they need nothing of it.
    { name: 'unit tests', work: () => vitest(join(folder, 'unit.json'), 'unit') },
    { name: 'build', work: buildPart },
    { name: 'tests of the product', work: () => vitest(join(folder, 'product.json'), 'product', 'system') },
    { name: 'conformance', work: () => conformance(join(folder, 'conformance.json')) },
  ];
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  const durations = [];
  for (const { name, work } of parts) {
    console.log(`\n== ${name}`);
    const started = Date.now();
    const counts = await work();
    durations.push(`${name} ${Math.round((Date.now() - started) / 1000)} s`);
    for (const key of Object.keys(total)) total[key] += counts[key];
    if (counts.failed > 0)
      failures.push(...(counts.failures ?? ['see above']).map((text) => `failed: ${name}: ${text}`));
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`\n${durations.join(', ')}`);
  if (failures.length > 0) console.log(failures.join('\n'));
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
  return total.failed > 0 ? 1 : 0;
}

async function buildPart() {
  try {
    await build();
    return ONE_PASSED;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`${error.message}\n${error.hint}`);
    return ONE_FAILED;
  }
}

/** The tests of some projects of vitest.config.ts. */
function vitest(report, ...projects) {
  const program = join(ROOT, 'node_modules', '.bin', 'vitest');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = node(program, ['run', ...reporters, ...projects.map((name) => `--project=${name}`)]);
  const found = readReport(report);
  const counts = {
    passed: found?.numPassedTests ?? 0,
    failed: found?.numFailedTests ?? 0,
    skipped: (found?.numPendingTests ?? 0) + (found?.numTodoTests ?? 0),
    ...(found && { failures: unitTestFailures(found) }),
  };
  return blamed(counts, status);
}

/** A case that is not reached yet counts as skipped. */
function conformance(report) {
  const here = (name) => join('conformance', name);
  const { status } = node(process.execPath, [
    here('run.mjs'),
    ...['--adapter', here('adapter'), '--jobs', '4', '--summary', report],
    ...['--pending', here('pending.txt'), '--needs-root', here('needs-root.txt'), '--alone', here('alone.txt')],
  ]);
  const found = readReport(report);
  if (!found) return ONE_FAILED;
  const { passed, failed, skipped, pending } = found;
  const counts = { passed, failed, skipped: skipped + pending, failures: conformanceFailures(found) };
  return blamed(counts, status);
}

/** A run that fails without a test that does has failed once. */
function blamed(counts, status) {
  if (status === 0 || counts.failed > 0) return counts;
  const failures = counts.failures?.length ? counts.failures : [`ended with status ${status}`];
  return { ...counts, failed: 1, failures };
}

const node = (program, args) => spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
const readReport = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);
