import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Clock } from './clock.ts';

const YEAR = 365 * 24 * 3600;
const SCRIPT = 'console.log(Date.now(), performance.now())';

test('a clock that is set counts for the time of day alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = new Clock(folder, new URL('clock.c', import.meta.url).pathname);
  for (const seconds of [0, YEAR, -YEAR, 0]) {
    clock.set(seconds);
    const told = execFileSync(clock.node, ['-e', SCRIPT], { encoding: 'utf8' });
    const [now, running] = told.split(' ').map(Number) as [number, number];
    expect(Math.abs(now - Date.now() - seconds * 1000)).toBeLessThan(60_000);
    expect(running).toBeGreaterThan(0);
    expect(running).toBeLessThan(60_000);
  }
});
