/** Checks of jobs that run, and commands and logs as probes, with real processes: through stops, deaths of the daemon and re-executions. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError, connect } from '../../packages/protocol/src/index.ts';
import { childrenOf, commandLineOf, isRunning } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../ports.ts';
import { removeFolder } from '../remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'health-'));
const at = (name: string): string => join(folder, name);
const goes = (name: string): void => writeFileSync(at(name), '');
const lines = (name: string): string[] =>
  existsSync(at(name)) ? readFileSync(at(name), 'utf8').split('\n').filter(Boolean) : [];

/** A server whose /healthz is bad while a file is there; the process that takes its place is well. */
const WEB = `
const { rmSync, existsSync } = require('node:fs');
const [port, bad] = process.argv.slice(2);
rmSync(bad, { force: true });
const server = require('node:http').createServer((request, response) => response.writeHead(existsSync(bad) ? 503 : 200).end('x'));
server.listen({ port: Number(port), host: '127.0.0.1' }, () => console.log('listening on ' + port));
`;

/** A command that notes its pid and ends well once a file is there. */
const asks = (name: string): string =>
  `sh -c 'echo $$ >>${at(name)}.tries; while [ ! -e ${at(name)} ]; do sleep 0.02; done'`;

const QUICK_CHECK = 'check interval 0.1\ncheck timeout 20\ncheck failures 2\n';

let session: Session;
let ports: number[] = [];
beforeAll(async () => {
  ports = [await freePort(), await freePort()];
  writeFileSync(at('web.cjs'), WEB);
  session = await Session.start({
    options: ['--log-rotate-size', '4096'],
    jobs: {
      web: `instance $PORT
kill signal INT
exec ${process.execPath} ${at('web.cjs')} $PORT ${folder}/bad-$PORT
ready http http://127.0.0.1:$PORT/healthz
ready log "^listening on \\d+$"
ready interval 0.01
`,
      told: `start on unhealthy or healthy
task
instance $UPSTART_EVENTS-$JOB-$INSTANCE
exec sh -c 'echo "$UPSTART_EVENTS $JOB $INSTANCE $CHECK" >>${at('told')}'
`,
      quiet: `exec sleep 1000\ncheck exec test -e ${at('quiet')}\n${QUICK_CHECK}check action none\n`,
      hung: `exec sleep 1000\ncheck exec ${asks('hung')}\n${QUICK_CHECK}`,
      slow: `exec sleep 1000\nready exec ${asks('slow')}\nready interval 0.01\n`,
      first: 'exec sh -c "echo up at once; exec sleep 1000"\nready log "^up at once$"\nready interval 0.01\n',
      much: `respawn
script
  i=0; while [ $i -lt 2000 ]; do echo "line $i of a long story"; i=$((i + 1)); done
  while [ ! -e ${at('much')} ]; do sleep 0.02; done
  echo "now I am up"
  exec sleep 1000
end script
ready log "^now I am up$"
ready interval 0.01
`,
      early: `script
  while [ ! -e ${at('early')} ]; do sleep 0.02; done
  echo up
  # Four rotations: five old files are kept, in which a slow probe finds the line.
  i=0; while [ $i -lt 650 ]; do echo "line $i of a long story"; i=$((i + 1)); done
  exec sleep 1000
end script
ready log "^up$"
ready interval 0.01
`,
    },
  });
  writeFileSync(join(session.conf, 'web.override'), `check http http://127.0.0.1:$PORT/healthz\n${QUICK_CHECK}`);
  await eventually('the override is there', async () =>
    /"check": \[\s*"http/.test(await run('initctl', 'show-config', '--json', 'web')),
  );
});
afterAll(async () => {
  await session?.kill();
  removeFolder(folder);
});

const run = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout.trim();
const pidIn = (text: string): number => Number(/process (\d+)$/.exec(text)?.[1]);
const state = async (...job: string[]): Promise<string> => (await run('status', ...job)).replace(/, process \d+$/, '');

async function killDaemon(): Promise<void> {
  const daemon = session.daemon() as number;
  process.kill(daemon, 'SIGKILL');
  await eventually('another daemon is there', () => ![null, daemon].includes(session.daemon()));
}

/** As `telinit u` does: there is no answer, the connection ends with the daemon. */
async function replaceInit(): Promise<void> {
  const daemon = session.daemon() as number;
  session.installAgain();
  const client = await connect({ path: (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '') });
  await expect(client.call('reexecute', {})).rejects.toThrow(ConnectionError);
  client.close();
  await eventually('init was replaced', () => ![null, daemon].includes(session.daemon()));
}

/** The command of a probe runs that had not been noted yet; its pid. */
function nextTry(name: string, before: number): Promise<number> {
  return eventually('a try has begun', () => {
    const pids = lines(`${name}.tries`);
    const pid = Number(pids.at(-1));
    return pids.length > before && isRunning(pid) && pid;
  });
}
const tries = (name: string): number => lines(`${name}.tries`).length;
const hasEnded = (pid: number): Promise<true> =>
  eventually('the process has ended and was waited for', () => !existsSync(`/proc/${pid}`));

const FAULTS: [string, () => Promise<void>][] = [
  ['a death of the daemon', killDaemon],
  ['a re-execution', replaceInit],
];

describe('check http', () => {
  it('restarts one instance of two, and says so by events', async () => {
    const [bad, good] = ports.map((port) => `PORT=${port}`) as [string, string];
    const before = pidIn(await run('start', 'web', bad));
    const other = pidIn(await run('start', 'web', good));
    goes(`bad-${ports[0]}`);
    const url = `http://127.0.0.1:${ports[0]}/healthz`;
    await eventually('both events have come', () => lines('told').length >= 2);
    // Each line is from a process of its own, which may be the slower one.
    expect(lines('told').toSorted()).toEqual([`healthy web ${ports[0]} ${url}`, `unhealthy web ${ports[0]} ${url}`]);
    const after = await run('status', 'web', bad);
    expect(after).toMatch(/start\/running/);
    expect([pidIn(after) === before, pidIn(await run('status', 'web', good))]).toEqual([false, other]);
    await session.hears(`main process (${before}) killed by INT signal`);
    expect(await run('upstart', 'explain', 'web')).toContain('failed 2 times in a row: HTTP 503');
    expect(await run('upstart', 'history', 'web')).toMatch(
      /respawn because its check .* failed 2 times in a row: HTTP 503/,
    );
  });

  it('continues after a death of the daemon and a re-execution', async () => {
    const bad = `PORT=${ports[1]}`;
    for (const [, fault] of FAULTS) {
      const before = pidIn(await run('status', 'web', bad));
      await fault();
      goes(`bad-${ports[1]}`);
      await eventually('it was restarted', async () => {
        const now = await run('status', 'web', bad);
        return pidIn(now) !== before && now.includes('running');
      });
    }
  });
});

describe('check exec', () => {
  it('with no action leaves the job alone', async () => {
    const pid = pidIn(await run('start', 'quiet'));
    await eventually('it is unhealthy', () => lines('told').some((line) => line.startsWith('unhealthy quiet')));
    expect(await run('upstart', 'ps', '--failed')).toMatch(/quiet .*exit status 1/);
    goes('quiet');
    await eventually('it is healthy', () => lines('told').some((line) => line.startsWith('healthy quiet')));
    expect(pidIn(await run('status', 'quiet'))).toBe(pid);
  });

  it('that hangs ends with a stop, and with the process that it asks about', async () => {
    await run('start', 'hung');
    const first = await nextTry('hung', 0);
    await run('stop', 'hung');
    await hasEnded(first);
    const before = tries('hung');
    const main = pidIn(await run('start', 'hung'));
    const second = await nextTry('hung', before);
    process.kill(main, 'SIGKILL');
    await hasEnded(second);
    expect(await state('hung')).toBe('hung stop/waiting');
  });

  it.each(FAULTS)('continues through %s', async (_what, fault) => {
    const earlier = tries('hung');
    await run('start', 'hung');
    const pid = await nextTry('hung', earlier);
    await fault();
    expect(await state('hung')).toBe('hung start/running');
    goes('hung');
    await hasEnded(pid);
    const before = tries('hung');
    await eventually('it is asked again', () => tries('hung') > before + 1);
    rmSync(at('hung'));
    await run('stop', 'hung');
    await eventually('no command is left', () =>
      childrenOf(session.pid).every((child) => !commandLineOf(child).includes('hung.tries')),
    );
  });
});

describe('ready exec', () => {
  it.each(FAULTS)('is met through %s', async (_what, fault) => {
    const before = tries('slow');
    const start = session.run('start', 'slow');
    const pid = await nextTry('slow', before);
    await fault();
    expect(await state('slow')).toBe('slow start/spawned');
    goes('slow');
    expect((await start).stdout).toMatch(/^slow start\/running/);
    await hasEnded(pid);
    rmSync(at('slow'));
    await run('stop', 'slow');
  });

  it('ends with a stop, and with the main process', async () => {
    const stopped = session.run('start', 'slow');
    const first = await nextTry('slow', tries('slow'));
    await run('stop', 'slow');
    await stopped;
    await hasEnded(first);
    const failed = session.run('start', 'slow');
    const second = await nextTry('slow', tries('slow'));
    process.kill(pidIn(await run('status', 'slow')), 'SIGKILL');
    expect((await failed).status).toBe(1);
    await hasEnded(second);
  });
});

describe('ready log', () => {
  it('sees what is printed at once, of each process anew', async () => {
    for (const times of [1, 2, 3]) {
      expect(await run('start', 'first')).toMatch(/^first start\/running/);
      expect(session.log('first')).toHaveLength(times);
      await run('stop', 'first');
    }
  });

  it('finds its line in a log that was rotated since', async () => {
    const start = session.run('start', 'early');
    await eventually('it is spawned', async () => (await state('early')) === 'early start/spawned');
    goes('early');
    expect((await start).stdout).toMatch(/^early start\/running/);
  });

  it.each(FAULTS)('is met through %s', async (_what, fault) => {
    const start = session.run('start', 'much');
    await eventually('many lines were printed', async () =>
      /no match in \d+ lines/.test(await run('upstart', 'explain', 'much')),
    );
    await fault();
    expect(await state('much')).toBe('much start/spawned');
    goes('much');
    expect((await start).stdout).toMatch(/^much start\/running/);
    rmSync(at('much'));
    await run('stop', 'much');
  });
});
