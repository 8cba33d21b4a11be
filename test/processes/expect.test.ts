/** Programs that fork as `expect` says, and programs that do not (reference: gotchas §2). */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRunning } from '../chaos/proc.ts';
import { pause, Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { removeFolder } from '../remove-folder.ts';

const SOURCE = fileURLToPath(new URL('programs/forker.c', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'forker-'));
const forker = join(folder, 'forker');
let session: Session;

beforeAll(async () => {
  execFileSync('cc', ['-O2', '-Wall', '-Werror', '-pthread', '-o', forker, SOURCE]);
  session = await Session.start({ options: ['--verbose'] });
});
afterAll(async () => {
  await session.kill();
  removeFolder(folder);
});

let jobs = 0;

/** A job that runs the program with these steps, and the file that the step `note` writes to. */
function define(stanzas: string, steps: string): { name: string; note: string; said: () => string } {
  const name = `job${++jobs}`;
  const note = join(folder, `${name}.pid`);
  session.job(name, `${stanzas}\nkill timeout 2\nexec ${forker} ${steps.replaceAll('note', `note ${note}`)}\n`);
  const said = () =>
    session.said
      .split('\n')
      .filter((line) => line.includes(`${name} `))
      .join('\n');
  return { name, note, said };
}

const statusOf = async (name: string) => (await session.run('status', name)).stdout.trim();
const pidIn = (path: string) =>
  eventually('the program has noted its pid', () => (existsSync(path) ? Number(readFileSync(path, 'utf8')) : null));

const FITTING: [what: string, stanza: string, steps: string][] = [
  ['one fork', 'expect fork', 'fork note'],
  ['one fork of a parent that stays', 'expect fork', 'child note'],
  ['one clone', 'expect fork', 'clone note'],
  ['two forks', 'expect daemon', 'fork fork note'],
  ['two clones', 'expect daemon', 'clone clone note'],
  ['one fork and an exec', 'expect daemon', 'fork exec note'],
  ['an exec, then one fork', 'expect fork', 'exec fork note'],
  ['a raised SIGSTOP', 'expect stop', 'note stop'],
  ['vfork before the fork', 'expect fork', 'vfork fork note'],
  ['posix_spawn before the fork', 'expect fork', 'spawn fork note'],
  ['system() before the fork', 'expect fork', 'system fork note'],
  ['threads before and after the fork', 'expect fork', 'threads fork threads thread note'],
  ['threads that stay before the fork', 'expect fork', 'thread fork note'],
  ['vfork and threads between two forks', 'expect daemon', 'vfork fork threads vfork fork note'],
  ['a program that wants to be traced', 'expect daemon', 'trace fork fork note'],
];

test.each(FITTING)('%s (%s): the daemon is followed, and stop ends it', async (_, stanza, steps) => {
  const { name, note } = define(stanza, steps);
  const { stdout } = await session.run('start', name);
  const pid = await pidIn(note);
  expect(stdout).toBe(`${name} start/running, process ${pid}\n`);
  expect((await session.run('stop', name)).stdout).toBe(`${name} stop/waiting\n`);
  await eventually('the daemon has ended', () => !isRunning(pid));
});

const WAITING: [what: string, stanza: string, steps: string][] = [
  ['no fork', 'expect fork', 'note'],
  ['one fork instead of two', 'expect daemon', 'fork note'],
  ['no SIGSTOP', 'expect stop', 'note'],
  ['only vfork, posix_spawn and threads', 'expect fork', 'vfork spawn threads note'],
];

test.each(WAITING)('%s (%s): it stays in spawned, explains why, and stop ends it', async (_, stanza, steps) => {
  const { name, note } = define(stanza, steps);
  const start = session.run('start', name);
  const pid = await pidIn(note);
  // A client may be answered before the daemon reads that init follows another process.
  await eventually('spawned', async () => (await statusOf(name)) === `${name} start/spawned, process ${pid}`);
  expect((await session.run('initctl', 'explain', name)).stdout).toMatch(/has yet to (fork|fork twice|raise SIGSTOP)/);
  const stop = await session.run('stop', name);
  expect(stop.stdout).toBe(`${name} stop/waiting\n`);
  expect((await start).status).toBe(0);
  expect(isRunning(pid)).toBe(false);
});

const TOO_MANY: [what: string, stanza: string, steps: string][] = [
  ['two forks', 'expect fork', 'fork fork note'],
  ['three forks', 'expect daemon', 'fork fork fork note'],
  ['a daemon', '', 'fork fork note'],
];

test.each(TOO_MANY)('%s (%s): one on the way is followed, whose end is noticed', async (_, stanza, steps) => {
  const { name, note } = define(stanza, steps);
  await session.run('start', name);
  const daemon = await pidIn(note);
  await eventually('the job has ended', async () => (await statusOf(name)) === `${name} stop/waiting`);
  // As in 1.13.2, the daemon itself keeps running and belongs to no job.
  expect(isRunning(daemon)).toBe(true);
  process.kill(daemon, 'SIGKILL');
});

test('a program that ends before it has forked: the job fails, and says that `expect` does not fit', async () => {
  const { name } = define('expect fork', 'exit 0');
  expect((await session.run('start', name)).status).toBe(1);
  expect((await session.run('initctl', 'explain', name)).stdout).toContain('`expect fork` does not fit this program');
});

test('an expect that does not fit, with respawn: the limit ends it, whichever end it has', async () => {
  for (const [stanza, steps] of [
    ['expect fork', 'fork fork exit 0'],
    ['expect fork', 'exit 1'],
    ['', 'fork exit 0'],
  ] as const) {
    const { name, said } = define(`${stanza}\nrespawn\nrespawn limit 3 60`, steps);
    const start = session.run('start', name);
    await eventually('the limit', () => said().includes('respawning too fast, stopped'));
    await start;
    expect(await statusOf(name)).toBe(`${name} stop/waiting`);
    await pause(0);
    expect(said().match(/main process ended, respawning/g)).toHaveLength(3);
  }
});
