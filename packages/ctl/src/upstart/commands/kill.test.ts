import { upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { fail, run } from '../testing/run.ts';

describe('force and kill', () => {
  it('has a stop end hooks that hang', async () => {
    const [change] = (await run('stop web --force')).changes;
    expect(change).toEqual({ method: 'stop', job: 'web', instance: '', wait: true, force: true });
    expect((await run('restart web --force')).err).toContain('unknown option: --force');
  });

  it('sends signals by name, in any case and with SIG, or by number', async () => {
    for (const [word, signal] of [
      ['', 15],
      ['--signal USR1', 10],
      ['-s sigkill', 9],
      ['-s 34', 34],
      ['--signal=64', 64],
    ] as const) {
      const { status, changes } = await run(`kill web worker/1 ${word}`.trim());
      expect(status).toBe(0);
      expect(changes).toEqual([
        { method: 'kill', job: 'web', instance: '', signal, hook: false },
        { method: 'kill', job: 'worker', instance: '1', signal, hook: false },
      ]);
    }
    expect((await run('kill web --hook')).changes).toMatchObject([{ hook: true }]);
  });

  it.each([
    ['TREM', 'unknown signal: TREM; did you mean TERM?'],
    ['sigusr', 'unknown signal: sigusr; did you mean USR1?'],
    ['0', 'unknown signal: 0'],
    ['65', 'unknown signal: 65'],
    ['frobnicate', 'unknown signal: frobnicate'],
  ])('rejects the signal %s', async (word, text) => {
    const { status, err, calls } = await run(`kill web -s ${word}`);
    expect([status, err, calls]).toEqual([
      2,
      `upstart: ${text}\nTry \`upstart kill --help' for more information.\n`,
      [],
    ]);
  });

  it('says when there is no such process, and continues with the others', async () => {
    const kill = ({ job, hook }: { job: string; hook: boolean }) => {
      if (job === 'web') throw upstartError('no-process', 'web', hook ? 'hook' : 'main process');
      return null;
    };
    const { status, err, changes } = await run('kill db web worker gone', { kill });
    expect(err).toBe(
      'upstart: unknown job: gone\nupstart: db is not running\nupstart: web has no main process that runs\n',
    );
    expect([status, changes.length]).toEqual([4, 3]);
    expect(await run('kill web --hook', { kill })).toMatchObject({
      status: 3,
      err: 'upstart: web has no hook that runs\n',
    });
    const denied = await run('kill web', { kill: fail(upstartError('permission-denied', 'signal job')) });
    expect([denied.status, denied.err]).toEqual([
      1,
      'upstart: cannot send TERM to web: You do not have permission to signal job\n',
    ]);
    expect((await run('kill d*', { kill })).status).toBe(0);
  });
});
