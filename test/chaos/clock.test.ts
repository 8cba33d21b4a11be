import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { Clock } from './clock.ts';
import { Session } from './session.ts';

const YEAR = 365 * 24 * 3600;
const SCRIPT = 'console.log(Date.now(), performance.now())';

test('a clock that is set counts for the time of day alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new Clock(folder, new URL('clock.c', import.meta.url).pathname);
  for (const seconds of [0, YEAR, -YEAR, 0]) {
    clock.set(seconds);
    const [before, started] = [Date.now(), performance.now()];
    const told = execFileSync(clock.node, ['-e', SCRIPT], { encoding: 'utf8' });
    const [now, running] = told.split(' ').map(Number) as [number, number];
    expect(now - seconds * 1000).toBeGreaterThanOrEqual(before);
    expect(now - seconds * 1000).toBeLessThanOrEqual(Date.now());
    expect(running).toBeGreaterThan(0);
    expect(running).toBeLessThan(performance.now() - started);
  }
});

test.each([YEAR, -YEAR])(
  'a clock set by %i s meanwhile ends no kill timeout, neither early nor late',
  async (seconds) => {
    const stubborn =
      'exec perl -e \'$SIG{TERM} = sub { print "asked\\n" }; $| = 1; print "ready\\n"; sleep 1 while 1\'\nkill timeout 2\n';
    const session = await Session.start({ jobs: { stubborn } });
    onTestFinished(() => session.kill());
    expect((await session.run('start', 'stubborn')).status).toBe(0);
    await eventually('it ignores SIGTERM', () => session.log('stubborn').includes('ready'));
    const stopped = session.run('stop', 'stubborn');
    await eventually('it has been asked to end', () => session.log('stubborn').includes('asked'));
    session.clock.set(seconds);
    const { status, took } = await stopped;
    expect(status).toBe(0);
    // That it is not late shows by its coming at all: it would be a year.
    expect(took).toBeGreaterThanOrEqual(1990);
  },
);

test.each([YEAR, -YEAR])('a clock set by %i s after each end leaves the respawn limit what it is', async (seconds) => {
  const job = 'respawn\nrespawn limit 3 1000\nexec perl PROGRAMS/service.pl LEDGER\n';
  const session = await Session.start({ jobs: { job } });
  onTestFinished(() => session.kill());
  expect((await session.run('start', 'job')).status).toBe(0);
  for (let starts = 1; starts <= 4; starts++) {
    const pid = await eventually(`process ${starts} runs`, () => {
      const noted = session.noted('job', 'starts');
      return noted.length === starts && noted.at(-1);
    });
    session.clock.set(starts % 2 === 0 ? 0 : seconds);
    process.kill(pid, 'SIGKILL');
  }
  await eventually('init gives up', () => session.said.includes('respawning too fast, stopped'));
  expect((await session.run('status', 'job')).stdout).toBe('job stop/waiting\n');
  expect(session.noted('job', 'starts')).toHaveLength(4);
});
