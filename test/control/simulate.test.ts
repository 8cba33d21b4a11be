/** `upstart simulate`, on a running session and on job files alone; it changes nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

let session: SessionInit;
const simulate = (...args: string[]) => session.run('upstart', 'simulate', ...args);
/** The simulated steps, without their times. */
const happens = (out: string): string[] =>
  out
    .split('\n\n')[0]!
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).slice(1).join(' '));

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      db: 'exec sleep 1000\n',
      web: 'start on started db\nstop on stopping db\nexec sleep 1000\n',
      night: 'start on midnight\ntask\nexec true\n',
    },
  });
  await session.run('initctl', 'start', 'db');
  // An event for which no client waits starts it.
  await eventually('web runs', async () =>
    /running, process \d/.test((await session.run('initctl', 'status', 'web')).stdout),
  );
});
afterAll(async () => {
  await session?.end();
  session?.remove();
});

describe('upstart simulate', () => {
  it('tells what a stop would stop, and stops nothing', async () => {
    const before = (await session.run('initctl', 'list')).stdout;
    const { stdout: out, stderr: err, status } = await simulate('stop', 'db');
    expect(happens(out)).toEqual([
      'db stops by request',
      'web stops by `stopping JOB=db`',
      'web stopped',
      'db stopped',
    ]);
    expect([err, status]).toEqual(['', 0]);
    expect((await session.run('initctl', 'list')).stdout).toBe(before);
  });

  it('has processes end as it is asked to', async () => {
    const { stdout: out } = await simulate('emit', 'midnight', '--exit', 'night=3');
    expect(happens(out)).toContain('night stops because its main process terminated with status 3');
    expect(out).toContain('The main process of night ends at once, with status 3.');
  });

  it('takes another text for a job file, and says where that has an error', async () => {
    const file = join(session.home, 'new.conf');
    writeFileSync(file, 'start on started web\nexec sleep 1000\n');
    expect(happens((await simulate('boot', 'then', 'start', 'db', '--edit', `night.conf=${file}`)).stdout)).toContain(
      'night starts by `started JOB=web`',
    );
    writeFileSync(file, 'exec\n');
    expect(await simulate('boot', '--edit', `night.conf=${file}`)).toMatchObject({
      status: 1,
      stderr: `upstart: cannot simulate: ${file}:1: Expected token\n`,
    });
  });

  it('changes a job file where the action stands: what runs has the text that it was started with', async () => {
    const file = join(session.home, 'new.conf');
    writeFileSync(file, 'start on started db\nstop on never\nexec sleep 1000\n');
    const edit = ['edit', `web.conf=${file}`];
    expect(happens((await simulate(...edit)).stdout)).toEqual(['happens.']);
    expect(
      happens((await simulate(...edit, 'then', 'stop', 'web', 'then', 'start', 'web', 'then', 'stop', 'db')).stdout),
    ).toEqual([
      ...['web stops by request', 'web stopped', 'web starts by request', 'web running'],
      ...['db stops by request', 'db stopped'],
    ]);
    expect(happens((await simulate('stop', 'db', 'then', ...edit)).stdout)).toContain('web stops by `stopping JOB=db`');
    writeFileSync(file, 'start on startup\nexec sleep 1000\n');
    expect(happens((await simulate(...edit, 'then', 'boot')).stdout)).toEqual([
      'web starts by `startup`',
      'web running',
    ]);
    const gone = await simulate('edit', 'web.conf=/no/file', 'then', 'boot');
    expect(gone).toMatchObject({
      status: 1,
      stderr: 'upstart: cannot simulate: cannot read /no/file: there is no such file\n',
    });
  });

  it('boots with the event that is asked for', async () => {
    const first = async (...options: string[]) => happens((await simulate('boot', ...options)).stdout)[0];
    expect(await first('--startup-event', 'midnight')).toBe('night starts by `midnight`');
    expect(await first('--no-startup-event')).toBe('happens.');
    expect(await simulate('stop', 'db', '--startup-event', 'midnight')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--startup-event is for boot only'),
    });
  });

  it('boots with the event that init has begun with', async () => {
    const other = await SessionInit.start({
      jobs: { night: 'start on midnight\ntask\nexec true\n', day: 'start on startup\ntask\nexec true\n' },
      options: ['--startup-event', 'midnight'],
    });
    try {
      const { stdout } = await other.run('upstart', 'simulate', 'boot');
      expect(happens(stdout)[0]).toBe('night starts by `midnight`');
      expect(stdout).toContain('day still needs `startup`');
    } finally {
      await other.end();
      other.remove();
    }
  });

  it('says where there are no job files, and no init', async () => {
    expect(await simulate('boot', '--confdir', '/no/folder')).toMatchObject({
      status: 1,
      stderr: 'upstart: cannot read /no/folder: No such file or directory\n',
    });
    expect(await session.run('upstart', 'graph', '--dot', '--confdir', '/no/folder')).toMatchObject({
      status: 1,
      stderr: 'upstart: cannot read /no/folder: No such file or directory\n',
    });
  });

  it('boots from job files where there is no init', async () => {
    const folder = join(session.home, '.config/upstart');
    const json = await simulate('boot', '--confdir', folder, '--json', 'then', 'emit', 'midnight');
    const { changes, ...rest } = JSON.parse(json.stdout);
    expect(rest).toMatchObject({ ending: 'quiet', never: [{ job: 'web', needs: '`started db`' }] });
    expect(changes[0]).toEqual({
      atMs: 0,
      job: 'night',
      instance: '',
      kind: 'goal',
      to: 'start',
      cause: 'by `midnight`',
    });
    expect(changes.at(-1)).toMatchObject({ job: 'night', kind: 'state', to: 'waiting' });
  });

  it.each([
    [['strat', 'db'], 'unknown action: strat; did you mean start?'],
    [['start'], 'missing job name'],
    [['emit', 'x', 'y'], 'KEY=VALUE expected, not y'],
    [['boot', 'then', 'boot'], 'only edit can come before boot'],
    [['boot', 'then'], 'missing action: expected boot, emit, start, stop, restart, edit, nothing'],
    [['edit', 'web.conf'], 'edit takes FILE=NEW, not web.conf'],
    [['edit', 'web.conf=a', 'b'], 'unexpected word: b'],
    [['stop', 'db', '--exit', 'db'], '--exit takes JOB=N, not db'],
    [['stop', 'db', '--exit', 'db=256'], '--exit takes a status from 0 to 255, not 256'],
    [['nothing', '--edit', 'web.conf'], '--edit takes FILE=NEW, not web.conf'],
  ])('refuses %j', async (args, text) => {
    const { stderr: err, status } = await simulate(...args);
    expect(err.split('\n')[0]).toBe(`upstart: ${text}`);
    expect(status).toBe(2);
  });
});
