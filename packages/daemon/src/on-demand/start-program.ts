/** A program of init's own, run by Node as a process of its own. */
import { spawn } from 'node:child_process';
import { systemErrorText } from '@upstart/common';
import { formatAddress } from '@upstart/protocol';
import type { StartedProgram } from './program-keeper.ts';

export interface ProgramPlace {
  /** The bundle. */
  readonly script: string;
  /** Init's control socket, and the folder that it is in. */
  readonly socket: string;
  readonly folder: string;
  readonly isSession: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Variables that such a program needs of init's environment. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'TMPDIR'];
const SETTINGS = ['XDG_CONFIG_HOME', 'UPSTART_CLUSTER_CONF'];
const BUSES = ['DBUS_SESSION_BUS_ADDRESS', 'DBUS_SYSTEM_BUS_ADDRESS'];
/** Where the init of the machine is, for the source `event` of a session. */
const SYSTEM = 'UPSTART_SYSTEM_SOCKET_DIR';

/**
 * Starts it in a session of its own, so that a terminal's Ctrl-C does not reach it. `ended` gets how it has ended, or null if it did so in
 * order.
 */
export function startProgram(
  { script, socket, folder, isSession, env }: ProgramPlace,
  words: readonly string[],
  ended: (how: string | null) => void,
): StartedProgram {
  const passed = [...PASSED, ...BUSES, ...SETTINGS, SYSTEM]
    .filter((name) => env[name] !== undefined)
    .map((name) => [name, env[name]]);
  const place = isSession ? { UPSTART_SESSION: formatAddress(socket) } : { UPSTART_SYSTEM_SOCKET_DIR: folder };
  const child = spawn(process.execPath, [script, ...words], {
    ...{ cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'inherit'] },
    env: { ...Object.fromEntries(passed), ...place },
  });
  let isOver = false;
  const end = (how: string | null): void => {
    if (isOver) return;
    isOver = true;
    ended(how);
  };
  child.on('error', (error) => end(`cannot be started: ${systemErrorText(error)}`));
  child.on('exit', (code, signal) => end(code === 0 ? null : `ended with ${signal ?? `status ${code}`}`));
  child.unref();
  return { end: () => void child.kill('SIGTERM') };
}

/** Asks a process to end. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}
