/** Programs of the machine that a test needs; without one of them it is skipped. */
import { spawnSync } from 'node:child_process';

/** How to find a prerequisite that is not a program. */
const LOOK: Readonly<Record<string, string>> = {
  libsystemd: `python3 -c "import ctypes; ctypes.CDLL('libsystemd.so.0')"`,
  'python3-dbus': "/usr/bin/python3 -c 'import dbus; from gi.repository import GLib'",
};

export function missingPrograms(needed: readonly string[]): string[] {
  return needed.filter((program) => spawnSync('sh', ['-c', LOOK[program] ?? `command -v ${program}`]).status !== 0);
}
