/** The program upstart-bridge as a process of its own. */
import { spawn } from 'node:child_process';
import { systemErrorText } from '@upstart/common';
import type { SourceName } from '@upstart/job-language';
import { formatAddress } from '@upstart/protocol';
import type { StartedBridge } from './source-keeper.ts';

export interface BridgePlace {
  /** The bundle. */
  readonly script: string;
  /** Init's control socket, and the folder that it is in. */
  readonly socket: string;
  readonly folder: string;
  readonly isSession: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Variables that the bridge needs of init's environment. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'TMPDIR'];
const BUSES = ['DBUS_SESSION_BUS_ADDRESS', 'DBUS_SYSTEM_BUS_ADDRESS'];

/**
 * Starts it in a session of its own, so that a terminal's Ctrl-C does not reach it. `ended` gets how it has ended, or null if it did so in
 * order.
 */
export function startBridge(
  { script, socket, folder, isSession, env }: BridgePlace,
  sources: readonly SourceName[],
  ended: (how: string | null) => void,
): StartedBridge {
  const passed = [...PASSED, ...BUSES].filter((name) => env[name] !== undefined).map((name) => [name, env[name]]);
  const place = isSession ? { UPSTART_SESSION: formatAddress(socket) } : { UPSTART_SYSTEM_SOCKET_DIR: folder };
  const words = ['--called-as', 'upstart-bridge', '--managed', ...(isSession ? ['--user'] : []), ...sources];
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
