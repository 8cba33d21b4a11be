import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { recordRunlevel } from '@upstart/common/login-records';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOBS, run } from '../testing/run.ts';
import { MAX_SCRIPTS, scriptNamed, startedScripts } from './init-scripts.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'init-scripts-'));
  for (const folder of ['run', 'proc/70', 'etc/init.d', 'etc/init', 'etc/rc2.d'])
    mkdirSync(join(root, folder), { recursive: true });
  recordRunlevel({ utmp: join(root, 'run/utmp'), wtmp: join(root, 'wtmp') }, { level: '2', previous: 'N' }, 0);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A script that would leave a mark if anything ran it. */
function script(name: string, link: string | null = `S01${name}`, head = ''): void {
  write(`etc/init.d/${name}`, `#!/bin/sh\n${head}touch ${root}/ran\n`);
  chmodSync(join(root, 'etc/init.d', name), 0o755);
  if (link !== null) symlinkSync(`../init.d/${name}`, join(root, 'etc/rc2.d', link));
}

const HEADER = `### BEGIN INIT INFO
# Provides: cron
# Required-Start: $syslog $time
# Short-Description: runs what is due
### END INIT INFO
`;

describe('the scripts of the present runlevel', () => {
  it('are those that its links start, without those that have a job', () => {
    script('cron', 'S05cron', HEADER);
    script('ssh', 'S01ssh');
    script('halted', 'K01halted');
    script('web');
    write('etc/init/web.conf', 'exec web\n');
    script('upstart-job', null);
    symlinkSync('../init.d/upstart-job', join(root, 'etc/rc2.d/S01mail'));
    expect(startedScripts(root).map(({ name, link }) => [name, link])).toEqual([
      ['ssh', '/etc/rc2.d/S01ssh'],
      ['cron', '/etc/rc2.d/S05cron'],
    ]);
    expect(startedScripts(root)[1]).toMatchObject({ description: 'runs what is due', needs: ['$syslog', '$time'] });
  });

  it('are none where no runlevel is known', () => {
    script('cron');
    rmSync(join(root, 'run/utmp'));
    expect([startedScripts(root), scriptNamed('cron', root)]).toEqual([[], null]);
  });

  it('are at most so many', () => {
    for (let at = 0; at <= MAX_SCRIPTS; at++) symlinkSync('../init.d/none', join(root, `etc/rc2.d/S01s${at}`));
    expect(startedScripts(root)).toHaveLength(MAX_SCRIPTS);
  });
});

describe('the state of a script', () => {
  const state = () => startedScripts(root).map(({ state, pid, pidFile }) => [state, pid, pidFile])[0];

  it('is that of the process that its pid file names', () => {
    script('cron');
    write('run/cron.pid', '70\n');
    expect(state()).toEqual(['running', 70, '/run/cron.pid']);
    write('run/cron.pid', '71\n');
    expect(state()).toEqual(['ended', 71, '/run/cron.pid']);
  });

  it('comes from the pid file that a comment of the script names', () => {
    script('cron', 'S01cron', '# pidfile: /run/other/crond.pid\n');
    write('run/other/crond.pid', '70');
    expect(state()).toEqual(['running', 70, '/run/other/crond.pid']);
  });

  it.each(['', 'cron\n', '0\n', '-7\n', '99999999999999999999\n'])('is unknown with a pid file of %j', (text) => {
    script('cron');
    write('run/cron.pid', text);
    expect(state()).toEqual(['unknown', null, null]);
  });

  it('is unknown where the pid file is a FIFO, which nobody writes', () => {
    script('cron');
    execFileSync('mkfifo', [join(root, 'run/cron.pid')]);
    expect(state()).toEqual(['unknown', null, null]);
  });
});

it.each(['../init/web.conf', '.', '', 'a/b', 'nothing', 'init.d'])('no script is named %j', (name) => {
  write('etc/init/web.conf', 'exec web\n');
  expect(scriptNamed(name, root)).toBeNull();
});

describe('on the command line', () => {
  const RC = { list: () => [...JOBS, { job: 'rc', instances: [], health: 'well', why: null, last: null }] };
  const upstart = (line: string, answers: object = RC) => run(line, answers, true, root);

  it('ps shows them below the jobs, and runs none', async () => {
    script('cron');
    script('ssh');
    write('run/ssh.pid', '70\n');
    const { out } = await upstart('ps web *s*');
    expect(out.split('\n').slice(-4)).toEqual(['', 'SCRIPT  STATE    PID', 'ssh     running   70', '']);
    expect((await upstart('ps')).out).toMatch(/cron +unknown +- +no pid file; `service cron status` asks the script\n/);
    expect(() => execFileSync('test', ['-e', join(root, 'ran')])).toThrow();
  });

  it('ps --json names the kind of each row', async () => {
    script('cron');
    const rows = JSON.parse((await upstart('ps cron web --json')).out);
    expect(rows.map(({ kind, job, health }: Record<string, string>) => [kind, job, health])).toEqual([
      ['job', 'web', 'well'],
      ['init-script', 'cron', null],
    ]);
  });

  it('ps --failed has none of them', async () => {
    script('cron');
    expect(await upstart('ps --failed cron')).toMatchObject({ status: 0, out: 'Nothing has failed.\n', err: '' });
  });

  it('a job has the place of a script of its name', async () => {
    script('web');
    expect((await upstart('ps web')).out).not.toContain('SCRIPT');
  });

  it('an init without the job rc, and a session, has none', async () => {
    script('cron');
    expect(await upstart('ps cron', {})).toMatchObject({
      status: 4,
      err: expect.stringContaining('unknown job: cron'),
    });
    expect((await upstart('explain cron --user')).status).toBe(4);
  });

  it('explain tells who runs it and how to ask it', async () => {
    script('cron', 'S05cron', HEADER);
    expect(await upstart('explain cron')).toMatchObject({
      status: 0,
      out: `cron unknown (init.d script): no pid file; \`service cron status\` asks the script
  description: runs what is due
  script: /etc/init.d/cron
  runlevel 2 starts it by /etc/rc2.d/S05cron, which the job rc runs
  needs: $syslog $time
  init does not supervise it; a job file /etc/init/cron.conf takes its place
`,
    });
    const [only] = JSON.parse((await upstart('explain cron --json')).out);
    expect(only).toMatchObject({ kind: 'init-script', job: 'cron', link: '/etc/rc2.d/S05cron', state: 'unknown' });
  });

  it('explain knows a script that the runlevel does not start', async () => {
    script('cron', null);
    expect((await upstart('explain cron')).out).toContain('\n  runlevel 2 does not start it\n');
  });

  it('status tells its state, and whether it runs', async () => {
    script('cron');
    script('ssh');
    write('run/ssh.pid', '70\n');
    expect(await upstart('status ssh')).toMatchObject({ status: 0, out: 'ssh running (init.d script), process 70\n' });
    expect(await upstart('status ssh cron')).toMatchObject({
      status: 3,
      out: 'ssh running (init.d script), process 70\ncron unknown (init.d script): no pid file; `service cron status` asks the script\n',
    });
    expect(JSON.parse((await upstart('status ssh --json')).out)).toMatchObject([
      { kind: 'init-script', job: 'ssh', state: 'running', pid: 70 },
    ]);
    expect((await upstart('status ssh nothing')).status).toBe(4);
  });

  it('logs says where its output goes', async () => {
    script('cron');
    const { status, err } = await upstart('logs cron');
    expect([status, err]).toEqual([1, expect.stringContaining('cron is an init.d script, which has no log')]);
  });
});
