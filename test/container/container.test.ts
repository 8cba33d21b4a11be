/** Init as the first process of a container, under the restrictions that an engine of containers sets. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { Container } from './container.ts';

const WEB = 'start on startup\nexec sh -c "echo up; exec sleep 1000"\n';

/** Lines of jobs, in which a job's own lines stand in order. */
function linesOf(out: string, label: string): string[] {
  return out
    .split('\n')
    .filter((line) => line.startsWith(`${label}: `))
    .map((line) => line.slice(label.length + 2));
}

/** Jobs that only the signal ends. */
const withoutKills = (out: string): string =>
  out.replace(/^init: \S+ main process \(\d+\) killed by TERM signal\n/gm, '');

describe.skipIf(process.getuid?.() !== 0)('a container (skipped without root)', () => {
  it.each(['', 'read-only', 'user', 'read-only user', 'bare'])(
    'needs nothing that it lacks (%s), and says no word',
    async (kind) => {
      const container = await new Container({ jobs: { web: WEB }, options: ['--job-output'], kind }).ready();
      await container.printed('web: up\n');
      expect(container.exec('status web')).toMatch(/^web start\/running, process \d+\n$/);
      container.signal('SIGTERM');
      expect(await container.ended()).toBe(0);
      expect(container.err).toBe('');
      const trouble = kind.includes('read-only')
        ? /^init: Failed to write to log file .*web.log: Read-only file system\n/m
        : /^$/;
      expect(withoutKills(container.out.replace(trouble, ''))).toBe('web: up\n');
    },
  );

  it('has no D-Bus for other users, who can ask init itself', async () => {
    const container = await new Container({ jobs: { web: WEB } }).ready();
    const asOther = 'setpriv --reuid nobody --regid nogroup --clear-groups';
    expect(container.exec(`${asOther} initctl status web`)).toBe(
      'initctl: Unable to connect to system bus: Failed to connect to socket /run/dbus/system_bus_socket: No such file or directory\n',
    );
    const natively = ['upstart status web', 'UPSTART_SYSTEM_SOCKET_DIR=/run/upstart initctl status web'];
    for (const words of natively)
      expect(container.exec(`${asOther} env ${words}`)).toMatch(/^web start\/running, process \d+\n$/);
    expect(container.exec(`${asOther} upstart ps`)).toMatch(/^web +start\/running/m);
    expect(container.exec(`${asOther} initctl explain web`)).toMatch(/^web start\/running: started by `startup`/);
  });

  it('lets jobs of every user open their standard output once more', async () => {
    const jobs = {
      nginx:
        'start on startup\nsetuid www-data\nexec sh -c "echo error > /dev/stderr; echo access >> /dev/stdout; exec sleep 1000"\n',
      apache: `start on startup\nexec sh -c "su -s /bin/sh www-data -c 'echo from su > /proc/self/fd/2'; exec sleep 1000"\n`,
      root: 'start on startup\nexec sh -c "echo root > /dev/stderr; exec sleep 1000"\n',
    };
    const container = await new Container({ jobs, options: ['--job-output', '--no-log'] }).ready();
    for (const line of ['nginx: access', 'apache: from su', 'root: root']) await container.printed(`${line}\n`);
    expect(linesOf(container.out, 'nginx')).toEqual(['error', 'access']);
    expect(container.out).not.toContain('denied');
    // Whom a terminal was given is no concern of the next job's.
    container.exec('stop nginx');
    container.exec('restart root');
    await eventually(() => linesOf(container.out, 'root').length === 2);
    const found = container.exec(
      'for p in $(initctl status root | sed "s/.* //") ; do stat -L -c "%u %a" /proc/$p/fd/1; done',
    );
    expect(found).toBe('0 622\n');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGPWR', 37] as const)('ends in order on signal %s', async (signal) => {
    const jobs = {
      web: `${WEB}post-stop exec sh -c "echo stopped, $GREETING"\n`,
      last: 'start on session-end\ntask\nexec echo bye\n',
    };
    const container = await new Container({ jobs, options: ['--job-output', '--no-log'] }).ready();
    await container.printed('web: up\n');
    container.signal(signal);
    expect(await container.ended()).toBe(0);
    expect(withoutKills(container.out).split('\n').sort()).toEqual(['', 'last: bye', 'web: stopped, hello', 'web: up']);
  });

  it('bounds the time of a stop, and kills what takes longer', async () => {
    const jobs = {
      deaf: 'start on startup\nkill timeout 1000\nexec sh -c \'trap "" TERM; echo up; while :; do sleep 0.1; done\'\n',
    };
    const options = ['--job-output', '--stop-timeout=1', '--exit-with=deaf'];
    const container = await new Container({ jobs, options }).ready();
    await container.printed('deaf: up\n');
    container.signal('SIGTERM');
    expect(await container.ended()).toBe(137);
    expect(container.out).toContain('init: job deaf failed to stop\n');
  });

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
  ])('ends with the status of one job: %s', async (text, status) => {
    const jobs = {
      web: `${WEB}post-stop exec echo stopped\n`,
      main: `start on started web\nexec sh -c '${text}'\n`,
    };
    const container = new Container({ jobs, options: ['--job-output', '--exit-with', 'main'] });
    expect(await container.ended()).toBe(status);
    expect(linesOf(container.out, 'web')).toContain('stopped');
    expect(container.out).toContain(`init: main has ended with status ${status}, and init with it\n`);
  });

  it('takes an instance to exit with, and waits for the end of respawning', async () => {
    const main =
      'start on startup\ninstance $N\nenv N=a\nrespawn\nrespawn limit 2 600\nexec sh -c "echo run; exit 3"\n';
    const jobs = { main, other: 'start on startup\ntask\nexec true\n' };
    const container = new Container({ jobs, options: ['--job-output', '--exit-with=main-a'] });
    expect(await container.ended()).toBe(3);
    expect(linesOf(container.out, 'main-a')).toEqual(['run', 'run', 'run']);
  });

  it('stopped by a signal, ends with what its job has made of it', async () => {
    const jobs = {
      main: 'start on startup\nexec sh -c \'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done\'\n',
    };
    const container = await new Container({ jobs, options: ['--job-output', '--exit-with=main'] }).ready();
    await container.printed('main: up\n');
    container.signal('SIGTERM');
    expect(await container.ended()).toBe(5);
  });

  it('continues when its job is restarted', async () => {
    const container = await new Container({
      jobs: { main: WEB },
      options: ['--job-output', '--exit-with=main'],
    }).ready();
    await container.printed('main: up\n');
    expect(container.exec('restart main')).toMatch(/^main start\/running/);
    container.exec('stop main');
    expect(await container.ended()).toBe(143);
    expect(linesOf(container.out, 'main')).toEqual(['up', 'up']);
  });

  it.each([
    [{ web: WEB }, ['--exit-with=wbe'], /^init: there is no job wbe to exit with in \/etc\/init/m, 1],
    [{ web: WEB }, ['--exit-with=web-1'], /^init: there is no job web-1 to exit with/m, 1],
    [{ web: `instance $N\n${WEB}` }, ['--exit-with=web'], /^init: there is no job web to exit with/m, 1],
    [
      { main: 'start on startup\nexec /no/such/program\n' },
      ['--exit-with=main'],
      /unable to execute: No such file/,
      127,
    ],
    [{ main: 'start on startup\npre-start exec sh -c "exit 9"\nexec true\n' }, ['--exit-with=main'], /pre-start/, 9],
    [{ web: WEB }, ['--stop-timeout=0'], /init: invalid stop timeout: 0: expected seconds, at least 1/, 1],
  ])('%j with %j: %s', async (jobs, options, text, status) => {
    const container = new Container({ jobs: jobs as Record<string, string>, options: ['--job-output', ...options] });
    expect(await container.ended()).toBe(status);
    expect(container.out + container.err).toMatch(text);
  });

  it('works under another first process, and says which stanzas need more than there is', async () => {
    const jobs = {
      daemon: 'start on startup\nexpect fork\nsetuid nobody\nexec sh -c "echo up; sleep 1000 & exit 0"\n',
      nice: 'start on startup\nnice -5\nexec sleep 1000\n',
      limit: 'start on startup\nlimit nofile 4000000 4000000\nexec sleep 1000\n',
      owner: 'start on startup\nconsole owner\nexec sleep 1000\n',
    };
    const through = ['sh', '-c', 'trap "" TERM; "$@"; echo "it ended with $?"', '-'];
    const container = await new Container({ jobs, through, options: ['--job-output'] }).ready();
    await container.printed('daemon: up\n');
    for (const job of ['nice', 'limit', 'owner'])
      await container.printed(`init: Failed to spawn ${job} main process: `);
    // the others end after their failure has been logged
    await eventually(() => container.exec('initctl list | grep -c running') === '1\n');
    container.exec('kill -TERM $(pgrep -P 1 -f -- "init --container")');
    expect(await container.ended()).toBe(0);
    expect(container.out).toMatch(/\nit ended with 0\n$/);
  });

  it('copies whole lines only, whatever pieces they come in', async () => {
    const talk = 'for i in $(seq 300); do printf "line "; printf "$i "; printf "end\\n"; done; printf rest';
    const jobs = Object.fromEntries(
      ['a', 'b', 'c', 'net/d'].map((name) => [name, `start on startup\ntask\nscript\n${talk}\nend script\n`]),
    );
    const container = await new Container({ jobs, options: ['--job-output'] }).ready();
    await eventually(() => container.out.match(/rest\n/g)?.length === 4);
    const expected = [...Array.from({ length: 300 }, (_, i) => `line ${i + 1} end`), 'rest'];
    for (const name of Object.keys(jobs)) expect(linesOf(container.out, name)).toEqual(expected);
    expect(container.out.match(/\n/g)?.length).toBe(4 * 301);
    expect(container.exec('tr -d "\\r" < /var/log/upstart/net_d.log | wc -l')).toBe('300\n');
    container.signal('SIGTERM');
    await container.ended();
  });

  it('continues when nobody reads standard output, and says what was dropped', async () => {
    const jobs = { web: WEB, talk: 'script\nseq 1 400000\nend script\n', quick: 'exec sleep 1000\n' };
    const container = await new Container({ jobs, options: ['--job-output'] }).ready();
    container.child.stdout?.pause();
    container.exec('start talk');
    await eventually(() => container.exec('status talk') === 'talk stop/waiting\n');
    expect(container.exec('start quick')).toMatch(/^quick start\/running/);
    // Init waits a second for the last lines of a job to be written.
    await eventually(() => container.exec('tail -n 1 /var/log/upstart/talk.log') === '400000\r\n');
    // 1 MiB waits in init, and at most a quarter of that in pipes: by half of it there is room for lines that are not left out
    const enough = container.out.length + 512 * 1024;
    container.child.stdout?.resume();
    await eventually(
      () =>
        container.out.length >= enough &&
        container.exec('start web 2>&1; restart web') !== '' &&
        /left out/.test(container.out),
    );
    const left = Number(/init: (\d+) lines left out: standard output was not read\n/.exec(container.out)?.[1]);
    expect(linesOf(container.out, 'talk').length + left).toBe(400000);
    container.signal('SIGTERM');
    expect(await container.ended()).toBe(0);
  });

  it('survives its daemon, and replaces itself in the middle of a line', async () => {
    const jobs = {
      main: "start on startup\nscript\nprintf begun\nwhile [ ! -e /run/go ]; do sleep 0.05; done\necho ' and ended'\nend script\n",
    };
    const container = await new Container({ jobs, options: ['--job-output', '--exit-with=main'] }).ready();
    await eventually(() => container.exec('cat /var/log/upstart/main.log') === 'begun');
    container.exec('kill -KILL $(pgrep -P 1 -f daemon.js)');
    await container.ready();
    container.exec('telinit u; initctl version; touch /run/go');
    expect(await container.ended()).toBe(0);
    expect(linesOf(container.out, 'main')).toEqual(['begun and ended']);
  });
});
