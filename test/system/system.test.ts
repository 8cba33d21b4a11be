/** Cases of our own for init as process 1, in the form of conformance/README.md. They need root for namespaces of their own. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingPrograms } from '../programs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(ROOT, 'test/system');
const CASES = readdirSync(HERE).filter((name) => name.endsWith('.t'));

/** Programs that a case needs; without one of them it is skipped. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'dashboard.t': ['curl', 'setpriv'],
  'dbus-clients.t': ['busctl', 'dbus-daemon', 'dbus-monitor', 'dbus-send', 'gdbus', 'pgrep', 'python3-dbus'],
  'dbus-files.t': ['dbus-daemon', 'dbus-send', 'pgrep', 'python3-dbus'],
  'dbus-programs.t': ['dbus-daemon', 'dbus-send', 'pgrep', 'python3-dbus'],
  'dbus.t': ['busctl', 'dbus-daemon', 'dbus-monitor', 'dbus-send', 'gdbus', 'pgrep', 'setpriv'],
  'local-bridge.t': ['pgrep', 'python3', 'setpriv'],
};

for (const name of CASES) {
  const missing = missingPrograms(NEEDED[name] ?? []);
  const title = `${name} (skipped without ${['root', ...missing].join(', ')})`;
  test.skipIf(process.getuid?.() !== 0 || missing.length > 0)(title, () => run(name));
}

function run(name: string): void {
  const runner = join(ROOT, 'conformance/run.mjs');
  const { status, stdout } = spawnSync(
    process.execPath,
    [runner, '--adapter', join(ROOT, 'conformance/adapter'), join(HERE, name)],
    { encoding: 'utf8' },
  );
  expect(stdout.replace(/^ok .*\n1 passed.*\n$/, '')).toBe('');
  expect(status).toBe(0);
}
