import { existsSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Configuration } from './configuration.ts';
import { TestConfiguration } from './testing/configuration.ts';
import { SECONDS_STEP_MS, TICK_STEP_MS } from './unchanged.ts';

let conf: TestConfiguration;
let configuration: Configuration;
/** Milliseconds that the clock is ahead of the files' times: more than a step of it unless a test says otherwise. */
let aheadMs: number;

beforeEach(() => {
  conf = new TestConfiguration();
  aheadMs = 2 * SECONDS_STEP_MS;
});
afterEach(() => conf.close());

function load(...sources: string[]): void {
  configuration = conf.load(sources, { now: () => Date.now() + aheadMs });
  conf.told.length = conf.errors.length = 0;
}

/** Writes a file that is there once the clock of the file system has moved since: with the same size that is all that tells. */
function rewrite(path: string, text: string): void {
  const { ctimeMs } = statSync(conf.path(path));
  do conf.write('clock', '');
  while (statSync(conf.path('clock')).ctimeMs <= ctimeMs);
  conf.write(path, text);
}

/** The jobs that a reload reports, sorted. */
function reload(): string[] {
  conf.told.length = conf.errors.length = 0;
  configuration.reload();
  return [...conf.told].sort();
}

test('a file that is what it was is not read again', () => {
  conf.write('conf/a.conf', 'usage a');
  conf.write('conf/net/b.conf', 'usage b');
  load('conf');
  const { jobs } = conf;
  const known = [jobs.get('a'), jobs.get('net/b')];
  expect(reload()).toEqual([]);
  rewrite('conf/net/b.conf', 'usage B');
  expect(reload()).toEqual(['net/b']);
  expect([jobs.get('a') === known[0], jobs.get('net/b')?.usage]).toEqual([true, 'B']);
});

test.each([
  { times: 'whole seconds', time: 1_700_000_000, stepMs: SECONDS_STEP_MS },
  { times: 'fractions', time: 1_700_000_000.5, stepMs: TICK_STEP_MS },
])('one that was changed within the last step of a clock with $times is', ({ time, stepMs }) => {
  conf.write('conf/a.conf', 'usage a');
  utimesSync(conf.path('conf/a.conf'), time, time);
  const { ctimeMs } = statSync(conf.path('conf/a.conf'));
  aheadMs = stepMs;
  configuration = conf.load(['conf'], { now: () => ctimeMs + aheadMs });
  expect(reload(), 'it was read at the end of the step').toEqual(['a']);
  aheadMs++;
  expect(reload(), 'it was read at the end of the step').toEqual(['a']);
  expect(reload(), 'it was read after the step').toEqual([]);
  aheadMs = -1;
  conf.write('conf/b.conf', 'usage b');
  reload();
  expect(reload(), 'its time has not come yet').toEqual(['b']);
});

test('neither the size nor a time that was set back hides a change', () => {
  conf.write('conf/a.conf', 'usage one');
  const path = conf.path('conf/a.conf');
  const { atime, mtime } = statSync(path);
  load('conf');
  rewrite('conf/a.conf', 'usage two');
  utimesSync(path, atime, mtime);
  expect(reload()).toEqual(['a']);
  expect(conf.usages()).toEqual({ a: 'two' });
  conf.write('conf/a.new', 'usage six');
  utimesSync(conf.path('conf/a.new'), atime, mtime);
  renameSync(conf.path('conf/a.new'), path);
  expect(reload()).toEqual(['a']);
  expect(conf.usages()).toEqual({ a: 'six' });
});

test('a mistake is reported at each reload', () => {
  conf.write('conf/a.conf', 'bogus');
  conf.write('conf/b.conf', 'usage b');
  conf.write('conf/b.override', 'bogus');
  load('conf');
  for (let i = 0; i < 2; i++) {
    reload();
    expect(conf.errors).toHaveLength(2);
  }
});

test('an override that comes, changes or goes counts for a file that stays', () => {
  conf.write('conf/a.conf', 'usage a');
  load('early', 'conf');
  conf.write('early/a.override', 'usage b');
  reload();
  expect(conf.usages()).toEqual({ a: 'b' });
  rewrite('early/a.override', 'usage c');
  reload();
  expect(conf.usages()).toEqual({ a: 'c' });
  conf.write('conf/a.override', 'usage d');
  rmSync(conf.path('early/a.override'));
  reload();
  expect(conf.usages()).toEqual({ a: 'd' });
  rmSync(conf.path('conf/a.override'));
  reload();
  expect(conf.usages()).toEqual({ a: 'a' });
});

test('a link is followed to what it leads to by now', () => {
  conf.write('one.conf', 'usage one');
  conf.write('two.conf', 'usage two');
  conf.write('conf/keep.conf', '');
  symlinkSync('../one.conf', conf.path('conf/a.conf'));
  load('conf');
  expect(reload()).toEqual([]);
  rmSync(conf.path('conf/a.conf'));
  symlinkSync('../two.conf', conf.path('conf/a.conf'));
  expect(reload()).toEqual(['a']);
  rewrite('two.conf', 'usage new');
  expect(reload()).toEqual(['a']);
  expect(conf.usages()).toMatchObject({ a: 'new' });
});

const MEMORY = '/dev/shm';
const otherDevice = existsSync(MEMORY) && statSync(MEMORY).dev !== statSync(tmpdir()).dev;

test.runIf(otherDevice)('a link to another file system, which may tell of changes late, is', () => {
  const elsewhere = mkdtempSync(join(MEMORY, 'conf-test-'));
  try {
    writeFileSync(join(elsewhere, 'a'), 'usage a');
    conf.write('conf/keep.conf', '');
    symlinkSync(join(elsewhere, 'a'), conf.path('conf/a.conf'));
    load('conf');
    expect(reload()).toEqual(['a']);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
