/** The environment and descriptors that a job gets from init, and a client's influence on them (docs/security.md). */
import { readFileSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOpen, openFilesOf } from '../../packages/daemon/src/supervisor/testing/open-files.ts';
import { childrenOf, commandLineOf } from '../chaos/proc.ts';
import { frame, HELLO, heard } from '../control/attack.ts';
import { SessionInit } from '../control/session-init.ts';
import { SystemInit } from '../control/system-init.ts';
import { eventually } from '../eventually.ts';
import { NOBODY, whyNoOtherUsers } from '../session/product.ts';

const REASON = whyNoOtherUsers();

describe('a job of a session', () => {
  let session: SessionInit;
  let out: string;

  const jobs = {
    line: 'exec sleep 1000\n',
    shell: 'exec sleep $((500 + 500))\n',
    script: 'script\n  :\n  exec sleep 1000\nend script\n',
    hook: 'pre-start script\n  :\n  exec sleep 1000\nend script\n',
    silent: 'console none\nexec sleep 1000\n',
    followed: "expect stop\nexec sh -c 'kill -STOP $$; exec sleep 1000'\n",
    environment: 'env OUT\nenv LD_X=job\ntask\nscript\n  :\n  cat /proc/$$/environ > $OUT\nend script\n',
  };

  beforeAll(async () => {
    session = await SessionInit.start({
      jobs,
      env: {
        ...{ NODE_OPTIONS: '--require=/nonexistent.js', LD_LIBRARY_PATH: '/nonexistent', OPENSSL_CONF: '/nonexistent' },
        ...{ NODE_EXTRA_CA_CERTS: '/nonexistent', UPSTART_SAVED_HOME: '/forged' },
      },
    });
    out = join(session.home, 'out');
  });
  afterAll(async () => {
    await session?.end();
    session?.remove();
  });

  const outputOf = async (job: string, ...env: string[]): Promise<string> => {
    const path = `${out}-${job}`;
    const { status, stderr } = await session.run('start', job, `OUT=${path}`, ...env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return readFileSync(path, 'latin1');
  };

  it.each(['line', 'shell', 'script', 'hook', 'silent', 'followed'])(
    'has standard descriptors and no others: %s',
    async (job) => {
      await session.run('start', '-n', job);
      const pid = await eventually('its program runs', async () => {
        const found = Number(/process (\d+)/.exec((await session.run('status', job)).stdout)?.[1]);
        return found > 0 && commandLineOf(found).startsWith('sleep') ? found : null;
      });
      // While it starts, the program opens its libraries.
      await eventually('it sleeps', () => /^State:\tS/m.test(readFileSync(`/proc/${pid}/status`, 'latin1')));
      const output = job === 'silent' ? '/dev/null' : expect.stringMatching(/^\/dev\/pts\/\d+$/);
      expect(Object.fromEntries(openFilesOf(pid))).toEqual({ 0: '/dev/null', 1: output, 2: output });
    },
  );

  it('gets init’s own variables even where Node does not', async () => {
    const entries = (await outputOf('environment')).split('\0');
    expect(entries).toContain('NODE_OPTIONS=--require=/nonexistent.js');
    expect(entries).toContain('LD_LIBRARY_PATH=/nonexistent');
    expect(entries).toContain(`HOME=${session.home}`);
    const internal = /^UPSTART_(SAVED_|SUPERVISOR|DAEMON|STATE|NODE)/;
    expect(entries.filter((entry) => internal.test(entry))).toEqual([]);
  });

  it('cannot be made another one, or of another session', async () => {
    const forged = ['UPSTART_JOB=other', 'UPSTART_INSTANCE=other', 'UPSTART_SESSION=unix:path=/other'];
    const { stdout } = await session.run('start', 'environment', `OUT=${out}-forged`, ...forged);
    expect(stdout).toBe('environment stop/waiting\n');
    const entries = readFileSync(`${out}-forged`, 'latin1').split('\0');
    const own = entries.filter((entry) => /^UPSTART_(JOB|INSTANCE|SESSION)=/.test(entry));
    expect(own).toEqual(['UPSTART_JOB=environment', 'UPSTART_INSTANCE=', `UPSTART_SESSION=${session.address}`]);
  });

  it('gets each variable as one, whatever is in its name and value', async () => {
    const strange = ['A B=1', '1=2', 'NEW\nLINE=x\nPATH=/forged', '$(id)=`id`', '=empty'];
    const { status } = await session.run('start', 'environment', `OUT=${out}-strange`, ...strange);
    expect(status).toBe(0);
    const entries = readFileSync(`${out}-strange`, 'utf8').split('\0');
    for (const entry of strange.slice(0, 4)) expect(entries).toContain(entry);
    expect(entries).not.toContain('PATH=/forged');
  });

  it('cannot be given two variables as one: a NUL is refused', async () => {
    const requests = [
      { method: 'emit', params: { name: 'e', env: ['A=1\0LD_PRELOAD=/x'], wait: false } },
      { method: 'emit', params: { name: 'e\0f', env: [], wait: false } },
      { method: 'start', params: { job: 'line', env: ['A\0B=1'], wait: false } },
      { method: 'setEnv', params: { target: null, vars: ['A=1\0B=2'], replace: true } },
    ];
    const socket = createConnection(session.socket);
    const said = heard(socket);
    socket.write(Buffer.concat([HELLO, ...requests.map((request, i) => frame({ id: i + 1, ...request }))]));
    socket.end();
    const answers = (await said).filter((answer) => (answer as { id: number }).id > 0);
    expect(answers).toHaveLength(requests.length);
    for (const answer of answers) {
      expect(answer).toMatchObject({ error: { text: expect.stringMatching(/must be without NUL characters$/) } });
    }
  });

  it('is not what the daemon and its helper have descriptors of', async () => {
    const daemon = childrenOf(session.pid).find((pid) => commandLineOf(pid).includes('daemon.js')) as number;
    const environment = readFileSync(`/proc/${daemon}/environ`, 'latin1').split('\0');
    const loaders = /^(NODE_|LD_|OPENSSL_|SSL_CERT_|UV_|GCONV_PATH=|GLIBC_TUNABLES=)/;
    expect(environment.filter((entry) => loaders.test(entry))).toEqual([]);
    const watcher = await eventually('its helper runs', () =>
      childrenOf(daemon).find((pid) => commandLineOf(pid).includes('conf-watch')),
    );
    await eventually('it waits', () => /^State:\tS/m.test(readFileSync(`/proc/${watcher}/status`, 'latin1')));
    // Three of Node's, which are its input and outputs, and the one that the kernel tells changes by.
    expect(countOpen(watcher, (target) => !target.startsWith('anon_inode:inotify'))).toBe(3);
  });
});

describe.skipIf(REASON)(`a job of the system’s init${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let init: SystemInit;

  beforeAll(async () => {
    init = await SystemInit.start(
      {
        user: `setuid nobody\nconsole none\ntask\nscript\n  :\n  cat /proc/self/status > /tmp/user\nend script\n`,
        group: `setgid nogroup\nconsole none\ntask\nscript\n  :\n  cat /proc/self/status > /tmp/group\nend script\n`,
        paused: 'debug\nsetuid nobody\nconsole none\nexec sleep 1000\n',
        env: 'console none\ntask\nscript\n  :\n  cat /proc/$$/environ > /tmp/env\nend script\n',
      },
      ['--debug'],
    );
    await init.shell('chmod 1777 /tmp');
  });
  afterAll(() => init?.stop());

  it('has nothing of root left when it is another user’s', async () => {
    const { stdout } = await init.shell('start user; cat /tmp/user');
    const nobody = Array(4).fill(NOBODY).join('\t');
    expect(stdout).toContain(`Uid:\t${nobody}\n`);
    expect(stdout).toContain(`Gid:\t${nobody}\n`);
    expect(/^Groups:\t(.*)$/m.exec(stdout)?.[1]?.trim()).toBe(String(NOBODY));
    for (const set of ['CapPrm', 'CapEff', 'CapAmb']) expect(stdout).toContain(`${set}:\t0000000000000000\n`);
  });

  it('has the group that it asks for', async () => {
    const { stdout } = await init.shell('start group; cat /tmp/group');
    expect(stdout).toContain(`Gid:\t${Array(4).fill(NOBODY).join('\t')}\n`);
  });

  it('cannot be looked into by its user while it is still a copy of init', async () => {
    const { stdout } = await init.shell(
      'start -n paused >&2; until pid=$(status paused | grep -o "[0-9]*$"); do sleep 0.05; done; echo $pid',
    );
    const pid = Number(stdout.trim());
    const path = `/proc/${readFileSync(join(init.product.folder, 'run/init.pid'), 'utf8').trim()}/root/proc/${pid}`;
    await eventually('it has stopped', () => /^State:\tT/m.test(readFileSync(`${path}/status`, 'latin1')));
    expect(readFileSync(`${path}/status`, 'latin1')).toContain(`Uid:\t${NOBODY}`);
    // A process that cannot be dumped belongs to root, and only root can trace it.
    expect(statSync(`${path}/mem`).uid).toBe(0);
  });

  it('gets the PATH and TERM of init and nothing else of its environment', async () => {
    const { stdout } = await init.shell('start env; tr "\\0" "\\n" < /tmp/env');
    const names = stdout
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => line.split('=')[0]);
    expect(
      names.filter((name) => !['PATH', 'TERM', 'UPSTART_JOB', 'UPSTART_INSTANCE', 'PWD'].includes(name ?? '')),
    ).toEqual([]);
  });

  it('is run by a program that only root can change', async () => {
    const { stdout } = await init.shell('readlink /proc/1/exe; stat -c "%u %a" /proc/1/exe -L');
    const [path, mode] = stdout.trim().split('\n');
    expect(path).toBe(join(init.product.bin, 'upstart'));
    expect(mode).toMatch(/^0 7[05][05]$/);
  });
});
