/** D-Bus clients of a session: the recorded cases, the tools of other projects on a bus of the session, and the calls of the original's initctl. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingPrograms } from '../programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A case, and the programs that it needs; without one of them it is skipped. */
const CASES: readonly [path: string, needs: readonly string[]][] = [
  ['conformance/cases/dbus/introspection.t', ['dbus-send']],
  ['conformance/cases/dbus/methods.t', ['dbus-send']],
  ['conformance/cases/dbus/signals.t', ['python3-dbus']],
  ['test/control/dbus-bridges.t', ['dbus-send', 'pgrep', 'python3-dbus']],
  ['test/control/dbus-buses.t', ['dbus-daemon', 'dbus-send', 'gdbus', 'python3-dbus']],
  ['test/control/dbus-reload.t', ['dbus-send', 'python3-dbus']],
  ['test/control/dbus-session.t', ['dbus-daemon', 'dbus-send', 'gdbus', 'busctl', 'python3-dbus']],
];

for (const [path, needs] of CASES) {
  const missing = missingPrograms(needs);
  const title = missing.length === 0 ? path : `${path} (skipped without ${missing.join(', ')})`;
  test.skipIf(missing.length > 0)(title, () => pass(path, process.env));
}

/** All recorded cases of the commands. */
const COMMANDS = readdirSync(join(ROOT, 'conformance/cases/control')).map((name) => name.replace(/\.t$/, ''));

describe.skipIf(missingPrograms(['python3-dbus']).length > 0)('the calls of the original initctl', () => {
  let folder: string;
  /** Its programs are those of the build, but for initctl and its links. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'upstart-dbus-initctl-'));
    const dist = join(ROOT, 'dist');
    symlinkSync(join(dist, 'lib'), join(folder, 'lib'));
    cpSync(join(dist, 'bin'), join(folder, 'bin'), { recursive: true, verbatimSymlinks: true });
    for (const name of ['initctl', 'start', 'stop', 'restart', 'reload', 'status']) {
      rmSync(join(folder, 'bin', name), { force: true });
      symlinkSync(join(ROOT, 'test/control/dbus-initctl.py'), join(folder, 'bin', name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(COMMANDS)('get the recorded answers: %s', (name) => {
    const env = { CONFORMANCE_BIN: join(folder, 'bin'), REAL_INITCTL: join(ROOT, 'dist/bin/initctl') };
    pass(`conformance/cases/control/${name}.t`, { ...process.env, ...env });
  });
});

function pass(path: string, env: NodeJS.ProcessEnv): void {
  const command = ['conformance/run.mjs', '--adapter', 'conformance/adapter', path];
  const { status, stdout } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8', env });
  expect(stdout.replace(/^ok .*\n1 passed.*\n$/, '')).toBe('');
  expect(status).toBe(0);
}
