/** D-Bus clients of a session: the recorded cases of the private socket, and the tools of other projects on a bus of the session. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A case, and the programs that it needs; without one of them it is skipped. */
const CASES: readonly [path: string, needs: readonly string[]][] = [
  ['conformance/cases/dbus/introspection.t', ['dbus-send']],
  ['conformance/cases/dbus/methods.t', ['dbus-send']],
  ['conformance/cases/dbus/signals.t', ['python3-dbus']],
  ['test/control/dbus-session.t', ['dbus-daemon', 'gdbus', 'busctl', 'python3-dbus']],
];

const LOOK: Readonly<Record<string, string>> = {
  'python3-dbus': "/usr/bin/python3 -c 'import dbus; from gi.repository import GLib'",
};
const isMissing = (program: string): boolean =>
  spawnSync('sh', ['-c', LOOK[program] ?? `command -v ${program}`]).status !== 0;

for (const [path, needs] of CASES) {
  const missing = needs.filter(isMissing);
  const title = missing.length === 0 ? path : `${path} (skipped without ${missing.join(', ')})`;
  test.skipIf(missing.length > 0)(title, () => {
    const command = ['conformance/run.mjs', '--adapter', 'conformance/adapter', path];
    const { status, stdout } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
    expect(stdout.replace(/^ok .*\n1 passed.*\n$/, '')).toBe('');
    expect(status).toBe(0);
  });
}
