import { describe, expect, it } from 'vitest';
import { run } from '../testing/run.ts';

describe('check', () => {
  it('names a path that cannot be read, and continues', async () => {
    const { status, err } = await run('check /nonexistent');
    expect([status, err]).toEqual([1, 'upstart: cannot check /nonexistent: No such file or directory\n']);
    expect((await run('check', { config: () => [], brokenFiles: () => [] })).out).toBe('There are no job files.\n');
  });
});
