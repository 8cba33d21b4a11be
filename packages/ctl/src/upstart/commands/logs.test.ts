import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOBS, run } from '../testing/run.ts';

describe('logs', () => {
  it('are those of the instance that the variables name', async () => {
    const { calls } = await run('logs worker N=1');
    expect(calls).toContainEqual(['logPath', { job: 'worker', env: ['N=1'] }]);
  });

  it('are those of an instance that has ended, by its name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logs-'));
    writeFileSync(join(folder, 'worker-9_a.log'), 'its last words\n');
    const logPath = ({ job, instance = '' }: { job: string; instance?: string }): string =>
      join(folder, `${job}-${instance.replace('/', '_')}.log`);
    try {
      expect(await run('logs worker/9/a', { logPath })).toMatchObject({ status: 0, out: 'its last words\n', err: '' });
      expect(await run('logs worker/8', { logPath })).toMatchObject({
        status: 4,
        out: '',
        err: 'upstart: unknown instance: worker/8\n',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('line up names, unless they are very long', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logs-'));
    writeFileSync(join(folder, 'web.log'), 'web\n');
    const list = () => [...JOBS, { job: 'x'.repeat(40), instances: [] }];
    const logPath = ({ job }: { job: string }): string => join(folder, `${job}.log`);
    try {
      expect((await run('logs', { list, logPath })).out).toBe(`web${' '.repeat(29)} | web\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('knows no job that there is none of', async () => {
    expect(await run('logs gone')).toMatchObject({ status: 4, err: 'upstart: unknown job: gone\n' });
  });
});
