/** supervisord (Debian: supervisor). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Init, jobName } from './init.ts';
import { findProgram, missingProgram, peerEnvironment } from './peer-programs.ts';

export const SUPERVISORD: Init = {
  name: 'supervisord',
  kind: 'peer',
  settle: 50,
  missing: () => missingProgram('supervisord', 'supervisorctl'),
  lacks: ['list', 'runTasks', 'reload'],
  setUp(folder, { count, command, autostart, respawn }) {
    const socket = join(folder, 'socket');
    const file = join(folder, 'supervisord.conf');
    const logs = join(folder, 'log');
    mkdirSync(logs);
    const sections = [
      `[supervisord]\nnodaemon=true\nminfds=16384\nlogfile=${logs}/supervisord.log\npidfile=${folder}/pid\nchildlogdir=${logs}`,
      `[unix_http_server]\nfile=${socket}`,
      `[supervisorctl]\nserverurl=unix://${socket}`,
      '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
    ];
    for (let i = 1; i <= count; i++) {
      sections.push(
        `[program:${jobName(i)}]\ncommand=${command.join(' ')}\nautostart=${autostart}\nautorestart=${respawn}\nstartsecs=0\nredirect_stderr=true`,
      );
    }
    writeFileSync(file, `${sections.join('\n\n')}\n`);
    const control = [findProgram('supervisorctl') ?? '', '-c', file];
    return {
      daemon: [findProgram('supervisord') ?? '', '-c', file],
      env: peerEnvironment(),
      sessionFile: null,
      probe: [...control, 'version'],
      endSignal: 'SIGTERM',
      commands: {
        // It exits with 3 for a program that is stopped: asked of one that runs.
        status: (job) => [...control, 'status', job],
        start: (job) => [...control, 'start', job],
        stop: (job) => [...control, 'stop', job],
        startAll: () => [...control, 'start', 'all'],
        stopAll: () => [...control, 'stop', 'all'],
      },
    };
  },
};
