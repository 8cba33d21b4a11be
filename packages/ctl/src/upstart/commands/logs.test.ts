import { describe, expect, it } from 'vitest';
import { run } from '../testing/run.ts';

describe('logs', () => {
  it('are those of the instance that the variables name', async () => {
    const { calls } = await run('logs worker N=1');
    expect(calls).toContainEqual(['logPath', { job: 'worker', env: ['N=1'] }]);
  });

  it('knows no job that there is none of', async () => {
    expect(await run('logs gone')).toMatchObject({ status: 4, err: 'upstart: unknown job: gone\n' });
  });
});
