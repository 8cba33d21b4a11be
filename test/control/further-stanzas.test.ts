/** Stanzas that 1.13.2 does not know, in a file and its override, with two instances, as each tool shows them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'further-stanzas-'));
/** Each counts its signals HUP, and has what its file of variables says. */
const PROGRAM = `script
  trap 'echo $N $FROM >>${folder}/reloaded' HUP
  echo "$N $FROM" >>${folder}/started
  while :; do sleep 0.05; done
end script`;

let session: Session;
beforeAll(async () => {
  for (const name of ['a', 'b']) writeFileSync(join(folder, `${name}.env`), `FROM=file-${name}\n`);
  session = await Session.start({ jobs: {} });
  writeFileSync(
    join(session.conf, 'web.override'),
    `restart on again N=$N\nreload on changed\nenv-file ${folder}/$N.env\nready after 0.1\nready exec true\ncheck exec true\ncheck action none\nrespawn delay 0.5 30\nrespawn reset 20\n`,
  );
  session.job('web', `instance $N\nrespawn\nrestart on never\nready exec test -e ${folder}/a.env\n${PROGRAM}\n`);
  session.job('told', 'emits again\nemits changed\nemits never\nexec sleep 1000\n');
  for (const job of ['web', 'told'])
    await eventually(`${job} is read`, async () => (await session.run('initctl', 'show-config', job)).status === 0);
});
afterAll(async () => {
  await session?.kill();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (...words: [string, ...string[]]): Promise<string> => (await session.run(...words)).stdout.trim();
const lines = (name: string): string[] => {
  try {
    return readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};
const pidOf = async (instance: string): Promise<number> =>
  Number(/process (\d+)/.exec(await run('status', 'web', `N=${instance}`))?.[1]);

describe('two instances', () => {
  it('are restarted and reloaded by the events that mean them, with the variables of their own files', async () => {
    // What counts as ready after a while may not have come to its first line, nor to its trap.
    const hasStarted = (times: number): Promise<true> =>
      eventually(`${times} have started`, () => lines('started').length >= times);
    await run('start', 'web', 'N=a');
    await hasStarted(1);
    await run('start', 'web', 'N=b');
    await hasStarted(2);
    const before = [await pidOf('a'), await pidOf('b')];
    await run('initctl', 'emit', 'again', 'N=b');
    expect(await pidOf('a')).toBe(before[0]);
    expect(await pidOf('b')).not.toBe(before[1]);
    await hasStarted(3);
    expect(lines('started')).toEqual(['a file-a', 'b file-b', 'b file-b']);
    await run('initctl', 'emit', 'changed');
    await eventually('both have reloaded', () => lines('reloaded').length >= 2);
    expect(lines('reloaded').toSorted()).toEqual(['a file-a', 'b file-b']);
    expect([await pidOf('a')]).toEqual([before[0]]);
    await eventually('its check has an answer', async () =>
      /^web \(a\) start\/running, process \d+\n\tcheck true: healthy$/.test(await run('status', '-v', 'web', 'N=a')),
    );
  });
});

describe('the tools', () => {
  it('show-config has what the override has changed and added', async () => {
    expect((await run('initctl', 'show-config', 'web')).split('\n')).toEqual([
      'web',
      '  restart on again N=$N',
      '  reload on changed',
      `  ready exec test -e ${folder}/a.env`,
      '  ready exec true',
      '  check exec true',
    ]);
    const [config] = JSON.parse(await run('initctl', 'show-config', '--json', 'web'));
    expect(config).toMatchObject({
      restartOn: { op: 'event', name: 'again', args: ['N=$N'] },
      reloadOn: { name: 'changed' },
      ready: [`exec test -e ${folder}/a.env`, 'exec true'],
      check: ['exec true'],
    });
  });

  it('initctl2dot draws the conditions, and is not confused by probes', async () => {
    const { status, stdout, stderr } = await session.run('initctl2dot', '-o', '-');
    expect([status, stderr]).toEqual([0, '']);
    for (const edge of ['event_again -> job_web:start', 'event_changed -> job_web:start'])
      expect(stdout).toContain(edge);
  });

  it('check-config knows the emitters of these conditions, and misses those that there are not', async () => {
    expect(await run('initctl', 'check-config', 'web')).toBe('');
    session.job('odd', 'restart on nobody-says\nreload on nor-this\nexec sleep 1000\n');
    await eventually('it is there', async () => (await run('initctl', 'show-config', 'odd')).includes('nor-this'));
    expect((await run('initctl', 'check-config', 'odd')).split('\n')).toEqual([
      'odd',
      '  restart on: unknown event nobody-says',
      '  reload on: unknown event nor-this',
    ]);
  });

  it('--portable names each of them', async () => {
    const path = join(folder, 'all.conf');
    writeFileSync(
      path,
      `${readFileSync(join(session.conf, 'web.override'), 'utf8')}exec true\nexpect notify\nnotify access all\nwatchdog 5\n`,
    );
    const { status, stderr } = await session.run('upstart', 'check', '--portable', path);
    expect(status).toBe(1);
    const named = [...stderr.matchAll(/warning: `([^`]+)` is unknown to Upstart 1\.13\.2/g)].map(([, name]) => name);
    expect(named).toEqual([
      ...['restart on', 'reload on', 'env-file', 'ready after', 'ready exec', 'check exec', 'check action'],
      ...['respawn delay', 'respawn reset', 'expect notify', 'notify access', 'watchdog'],
    ]);
  });
});
