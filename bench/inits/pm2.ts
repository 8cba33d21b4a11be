/** pm2, from npm: a daemon in JavaScript, too. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Init, jobName } from './init.ts';
import { findProgram, missingProgram, peerEnvironment } from './peer-programs.ts';

export const PM2: Init = {
  name: 'pm2',
  kind: 'peer',
  settle: 100,
  missing: () => missingProgram('pm2'),
  lacks: ['startAll', 'stopAll', 'runTasks', 'reload'],
  setUp(folder, { count, command, autostart, respawn }) {
    const pm2 = findProgram('pm2') ?? '';
    const env = { ...peerEnvironment(), PM2_HOME: join(folder, 'pm2') };
    const file = join(folder, 'jobs.json');
    const [script, ...args] = command;
    const apps = Array.from({ length: count }, (_, i) => ({
      ...{ name: jobName(i + 1), script: script && (findProgram(script) ?? script), args },
      ...{ interpreter: 'none', autostart, autorestart: respawn, min_uptime: 0, max_restarts: 1_000_000 },
    }));
    writeFileSync(file, JSON.stringify({ apps }));
    return {
      daemon: [pm2, 'start', '--no-daemon', file],
      env,
      sessionFile: null,
      // Asked before its daemon listens, pm2 starts another one, and neither answers.
      probe: ['/bin/sh', '-c', 'test -S "$0" && exec "$1" jlist', join(folder, 'pm2', 'rpc.sock'), pm2],
      endSignal: 'SIGTERM',
      commands: {
        status: (job) => [pm2, 'describe', job],
        list: () => [pm2, 'jlist'],
        start: (job) => [pm2, 'start', job],
        stop: (job) => [pm2, 'stop', job],
      },
      async cleanUp() {
        spawnSync(pm2, ['kill'], { env, stdio: 'ignore' });
      },
    };
  },
};
