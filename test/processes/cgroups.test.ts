/** Control groups, from the job file on; in groups of the test's own, as root. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isRunning } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

const TOP = `upstart-test-${process.pid}`;

/** The mount point of the hierarchy whose line in mountinfo ends with `words`. */
function mountOf(words: RegExp): string | null {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((text) => words.test(text));
  return line?.split(' ')[4] ?? null;
}

/** A session init in a group of the test's own; null when there can be none. */
async function inGroup(hierarchy: RegExp, options: string[], jobs: Record<string, string>) {
  const point = mountOf(hierarchy);
  if (process.getuid?.() !== 0 || point === null) return null;
  const top = join(point, TOP);
  try {
    mkdirSync(top);
    writeFileSync(join(top, 'cgroup.procs'), '');
  } catch {
    if (existsSync(top)) rmdirSync(top);
    return null;
  }
  const enter = ['/bin/sh', '-c', `echo $$ > ${top}/cgroup.procs; exec "$@"`, 'sh'];
  const session = await Session.start({ jobs, options: ['--verbose', ...options], wrapper: enter });
  onTestFinished(async () => {
    await session.kill();
    const left = () => readFileSync(join(top, 'cgroup.procs'), 'utf8');
    await eventually('the group is empty', () => left() === '');
    for (const name of [`upstart-${session.pid}/web`, `upstart-${session.pid}`, ''])
      if (existsSync(join(top, name))) rmdirSync(join(top, name));
  });
  return { session, top };
}

const PIDS = / - cgroup \S+ \S*\bpids\b/;
const UNIFIED = / - cgroup2 /;
const WHY = 'there is no such hierarchy that can be written to';

test('stanzas: names, settings, failures', async ({ skip }) => {
  const found = await inGroup(PIDS, [], {
    app: 'instance $I\ncgroup pids\ncgroup pids max 12\nexec sleep 1000\n',
    named: 'env WHAT=some/thing\ncgroup pids "$WHAT" max 13\nexec sleep 1000\n',
    below: 'cgroup pids $UPSTART_CGROUP-and-more\nexec sleep 1000\n',
    wrong: 'cgroup pids max much\nexec sleep 1000\n',
    unknown: 'cgroup pids "${NONESUCH}"\nexec sleep 1000\n',
  });
  skip(found === null, WHY);
  if (!found) return;
  const { session, top } = found;
  const groupOf = async (job: string, ...args: string[]) => {
    const { stdout } = await session.run('start', job, ...args);
    const pid = /process (\d+)/.exec(stdout)?.[1] ?? '';
    const [, group = ''] =
      /^\d+:pids:\/upstart-test-\d+\/(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? [];
    return { group, max: readFileSync(join(top, group, 'pids.max'), 'utf8').trim() };
  };
  expect(await groupOf('app', 'I=x')).toEqual({ group: 'upstart/app-x', max: '12' });
  expect(await groupOf('named')).toEqual({ group: 'some_thing', max: '13' });
  expect(await groupOf('below')).toEqual({ group: 'upstart/below-and-more', max: 'max' });
  expect((await session.run('start', 'wrong')).status).toBe(1);
  await session.hears('Failed to spawn wrong main process: unable to setup cgroup: Invalid argument');
  expect((await session.run('start', 'unknown')).status).toBe(1);
  await session.hears('Failed to spawn unknown main process: unable to setup cgroup: Invalid argument');
  await session.run('stop', 'app', 'I=x');
  await session.run('stop', 'named');
  await session.run('stop', 'below');
  await eventually(
    'the groups are gone',
    () => !['upstart', 'some_thing', 'x'].some((name) => existsSync(join(top, name))),
  );
});

// Each is noted once it has left.
const LEAVES = "for i in 1 2; do setsid sh -c 'echo $$ >> LEDGER/web.starts; exec sleep 1000' & done";
const WEB = `script\n  ${LEAVES}\n  exec sleep 1000\nend script\n`;

test('--job-cgroups: stop ends what has left the process group, too', async ({ skip }) => {
  const found = await inGroup(UNIFIED, ['--job-cgroups'], { web: WEB });
  skip(found === null, WHY);
  if (!found) return;
  const { session, top } = found;
  await session.run('start', 'web');
  const pids = await eventually('two are there', () => {
    const noted = session.noted('web', 'starts');
    return noted.length === 2 ? noted : null;
  });
  expect((await session.run('stop', 'web')).stdout).toBe('web stop/waiting\n');
  await eventually('they are gone', () => !pids.some(isRunning));
  await eventually('init says so', () => session.said.includes('web left 2 processes behind, which have been killed'));
  await eventually('the group is removed', () => !existsSync(join(top, `upstart-${session.pid}`)));
});

test('--job-cgroups: a respawned process does not meet what the one before has left', async ({ skip }) => {
  const found = await inGroup(UNIFIED, ['--job-cgroups'], { web: `respawn\n${WEB}` });
  skip(found === null, WHY);
  if (!found) return;
  const { session } = found;
  const { stdout } = await session.run('start', 'web');
  await eventually('two are there', () => session.noted('web', 'starts').length === 2);
  process.kill(Number(/process (\d+)/.exec(stdout)?.[1]), 'SIGKILL');
  const pids = await eventually('two more are there', () => {
    const noted = session.noted('web', 'starts');
    return noted.length === 4 ? noted : null;
  });
  await eventually('the first two are gone', () => !pids.slice(0, 2).some(isRunning));
  expect(pids.slice(2).every(isRunning)).toBe(true);
  await session.run('stop', 'web');
});

test('without it they live on', async ({ skip }) => {
  const found = await inGroup(UNIFIED, [], { web: WEB });
  skip(found === null, WHY);
  if (!found) return;
  const { session } = found;
  await session.run('start', 'web');
  await eventually('two are there', () => session.noted('web', 'starts').length === 2);
  await session.run('stop', 'web');
  expect(session.noted('web', 'starts').every(isRunning)).toBe(true);
});
