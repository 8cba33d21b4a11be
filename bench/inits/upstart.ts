/** This init, and the original where UPSTART_PREFIX names an installation of it: the same files and commands. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRODUCT } from '../harness/programs.ts';
import { type Commands, type Init, jobName, type Setup, type Workload } from './init.ts';

interface Installation {
  init: string;
  initctl: string;
}

function jobFile({ command, kind, autostart, respawn }: Workload): string {
  const lines = ['start on go', 'stop on halt', `exec ${command.join(' ')}`];
  if (autostart) lines[0] = 'start on go or startup';
  if (kind === 'task') lines.push('task');
  if (respawn) lines.push('respawn', 'respawn limit unlimited');
  return `${lines.join('\n')}\n`;
}

function setUp({ init, initctl }: Installation, folder: string, workload: Workload): Setup {
  const places = { conf: join(folder, 'conf'), log: join(folder, 'log'), run: join(folder, 'run') };
  for (const path of Object.values(places)) mkdirSync(path, { mode: 0o700 });
  for (let i = 1; i <= workload.count; i++) writeFileSync(join(places.conf, `${jobName(i)}.conf`), jobFile(workload));
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: places.run };
  delete env.UPSTART_SESSION;
  const commands: Commands = {
    status: (job) => [initctl, 'status', job],
    list: () => [initctl, 'list'],
    start: (job) => [initctl, 'start', job],
    stop: (job) => [initctl, 'stop', job],
    startAll: () => [initctl, 'emit', 'go'],
    stopAll: () => [initctl, 'emit', 'halt'],
    runTasks: () => [initctl, 'emit', 'go'],
    reload: () => [initctl, 'reload-configuration'],
  };
  return {
    daemon: [init, '--user', '--confdir', places.conf, '--logdir', places.log],
    env,
    sessionFile: join(places.run, 'upstart', 'sessions', '%p.session'),
    probe: [initctl, 'version'],
    endSignal: 'SIGTERM',
    commands,
  };
}

const OURS: Installation = { init: join(PRODUCT, 'bin', 'init'), initctl: join(PRODUCT, 'bin', 'initctl') };

export const THIS: Init = {
  name: 'this init',
  kind: 'this',
  settle: 20,
  missing: () => (existsSync(OURS.init) && existsSync(OURS.initctl) ? null : 'not built'),
  setUp: (folder, workload) => setUp(OURS, folder, workload),
};

const prefix = process.env.UPSTART_PREFIX ?? '';
const THEIRS: Installation = { init: join(prefix, 'sbin', 'init'), initctl: join(prefix, 'sbin', 'initctl') };

export const ORIGINAL: Init = {
  name: 'original (C)',
  kind: 'peer',
  settle: 20,
  missing() {
    if (prefix === '') return 'UPSTART_PREFIX names no installation of it';
    return existsSync(THEIRS.init) ? null : `there is no ${THEIRS.init}`;
  },
  setUp: (folder, workload) => setUp(THEIRS, folder, workload),
};
