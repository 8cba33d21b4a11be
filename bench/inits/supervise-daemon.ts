/** OpenRC's supervise-daemon (Debian: openrc): a supervisor for each service, without one for all of them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Init } from './init.ts';
import { findProgram, missingProgram, peerEnvironment } from './peer-programs.ts';

/** It has a control pipe there. */
const RUNTIME = '/run/openrc';

export const SUPERVISE_DAEMON: Init = {
  name: 'supervise-daemon (OpenRC)',
  kind: 'peer',
  background: true,
  settle: 50,
  missing() {
    if (process.getuid?.() !== 0) return 'needs root';
    return (
      missingProgram('supervise-daemon') ??
      (existsSync(RUNTIME) ? null : `needs ${RUNTIME}, which OpenRC makes at boot`)
    );
  },
  lacks: ['status', 'list', 'start', 'stop', 'startAll', 'stopAll', 'runTasks', 'reload'],
  setUp(folder, { command, autostart }) {
    const program = findProgram('supervise-daemon') ?? '';
    const pidFile = join(folder, 'pid');
    const [first, ...rest] = command as [string, ...string[]];
    const options = ['--pidfile', pidFile];
    const env = { ...peerEnvironment(), RC_SVCNAME: 'bench' };
    return {
      daemon: [program, 'bench', '--start', ...options, '--respawn-max', '0', first, '--', ...rest],
      env,
      sessionFile: null,
      probe: ['test', '-s', autostart ? pidFile : folder],
      endSignal: 'SIGTERM',
      commands: {},
      async cleanUp() {
        spawnSync(program, ['bench', '--stop', ...options], { env, stdio: 'ignore' });
      },
    };
  },
};
