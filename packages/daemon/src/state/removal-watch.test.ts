import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RemovalWatch } from './removal-watch.ts';

it('tells what is removed from a folder, and continues when the folder itself was removed and made again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'removal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let looked: () => void = () => {};
  let looks = 0;
  mkdirSync(join(folder, 'state'));
  const watch = new RemovalWatch(folder, () => {
    looks++;
    mkdirSync(join(folder, 'state'), { recursive: true });
    looked();
  });
  const look = (): Promise<void> =>
    new Promise((resolve) => {
      looked = resolve;
    });
  for (const removed of [join(folder, 'state'), folder, join(folder, 'state'), folder]) {
    const next = look();
    rmSync(removed, { recursive: true });
    await next;
  }
  watch.close();
  expect(looks).toBeGreaterThanOrEqual(4);
});

it('does without, where there is nothing to watch', () => {
  expect(() => new RemovalWatch('/no/such/folder', () => {}).close()).not.toThrow();
});
