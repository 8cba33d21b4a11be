/** The output of commands as other tools read it, with the patterns and pipelines of their sources. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../session/product.ts';
import { SessionInit } from './session-init.ts';

let session: SessionInit;

beforeAll(async () => {
  const service = 'exec sleep 1000\n';
  session = await SessionInit.start({
    jobs: {
      ssh: `start on never\nstop on never either\n${service}`,
      cron: service,
      worker: `instance $N\n${service}`,
      hook: `post-start exec sleep 1000\n${service}`,
    },
  });
  session.env.PATH = `${session.product.bin}:${session.env.PATH}`;
  await session.run('start', 'ssh');
  await session.run('start', 'worker', 'N=1');
  await session.run('start', '-n', 'hook');
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

/** A tool, the command line that it runs, and the pattern that its output must have. */
const READERS: readonly [tool: string, line: string, pattern: RegExp][] = [
  ['Ansible', 'initctl status ssh', /start\/running/],
  ['Ansible', 'initctl status cron', /stop\/waiting/],
  ['Ansible', 'initctl version', /^init \(upstart [^)]+\)$/m],
  ['Ansible service_facts', 'initctl list', /^\s?ssh\s(start)\/(running)(,\sprocess\s([0-9]+))?\s*$/m],
  ['Chef', '/bin/bash -c "status ssh"', /^ssh start\/running, process (\d+)$/m],
  ['Chef', 'status ssh', /^(\S+)\s+(start|stop)\/(\w+)/],
  ['Puppet', "initctl version | awk '{print $3}'", /^\d+\.\d+(\.\d+)?\)$/m],
  ['Puppet', 'initctl --version', /^initctl \(upstart ([^)]*)\)/],
  ['Puppet', 'initctl list', /^(worker) \((1)\) start\/running, process \d+$/m],
  ['Puppet', 'status worker N=1', /start\/running/],
  ['Serverspec', 'status ssh | grep running', /running/],
  ['Serverspec', 'status cron | grep running; true', /^$/],
  ['Salt', 'initctl list', /^ssh start\/running/m],
  ['Monit', "initctl status ssh | sed -n 's/.*process \\([0-9]*\\)$/\\1/p'", /^\d+$/m],
  ['Debian invoke-rc.d', 'initctl version 2>/dev/null | grep -q upstart && echo yes', /^yes$/m],
  ['bash-completion', "initctl list 2>/dev/null | awk -F'[ ,]' '$2 == \"stop/waiting\" {print $1}'", /^cron$/m],
  ['bash-completion', "initctl list 2>/dev/null | awk -F'[ ,]' '$2 == \"start/running\" {print $1}'", /^ssh$/m],
  ['init scripts', 'status --lsb ssh > /dev/null; echo $?', /^0$/m],
  ['init scripts', 'status --lsb cron > /dev/null; echo $?', /^3$/m],
  ['init scripts', 'status --lsb nosuch 2> /dev/null; echo $?', /^4$/m],
  ['shell scripts', 'status cron; echo $?', /^0$/m],
  ['shell scripts', 'if ! status nosuch 2>&1; then echo none; fi', /^status: Unknown job: nosuch\nnone$/m],
];

it.each(READERS)('%s: %s', async (_tool, line, pattern) => {
  expect((await run('bash', ['-c', line], session.env)).stdout).toMatch(pattern);
});

it('a list has nothing but status lines', async () => {
  const { stdout } = await session.run('initctl', 'list');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBe(5);
  const name = '\\S+(?: \\(.*\\))?';
  const state = '(?:start|stop|respawn)/[a-z-]+';
  for (const line of lines) {
    expect(line).toMatch(
      new RegExp(`^(?:${name} ${state}(?:, (?:\\([a-z-]+\\) )?process \\d+)?|\\t[a-z-]+ process \\d+)$`),
    );
  }
});
