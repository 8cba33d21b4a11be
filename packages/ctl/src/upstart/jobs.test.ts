import { type InstanceStatus, TimeoutError, upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { type Answers, explain, fail, instance, run } from './testing/run.ts';

describe('jobs', () => {
  it('are named, several at once, each once', async () => {
    const { status, changes } = await run('start web db web');
    expect(changes).toEqual([
      { method: 'start', job: 'web', env: [], wait: true },
      { method: 'start', job: 'db', env: [], wait: true },
    ]);
    expect(status).toBe(0);
  });

  it('are found by patterns, which mean the instances that there are', async () => {
    expect((await run('stop worker* --no-wait')).changes).toEqual([
      { method: 'stop', job: 'worker', instance: '1', wait: false },
      { method: 'stop', job: 'worker', instance: '2', wait: false },
    ]);
    expect((await run('stop */2')).changes).toEqual([{ method: 'stop', job: 'worker', instance: '2', wait: true }]);
    expect((await run('stop worker/2')).out).toBe('worker (2) start/running, process 7\n');
  });

  it('are shown by ps alone, those of broken files, too', async () => {
    const names = async (line: string) => {
      const { out, err, status } = await run(`ps ${line} --json`, {
        status: ({ job }: { job: string }) => ({ job, instances: [instance({ name: '1' })] }),
      });
      const rows = JSON.parse(out || '[]') as { job: string; instance: string }[];
      return [rows.map(({ job, instance: name }) => (name === '' ? job : `${job}/${name}`)).sort(), err, status];
    };
    expect(await names('web worker*')).toEqual([['web', 'worker-log', 'worker/1', 'worker/2'], '', 0]);
    expect(await names('*/2')).toEqual([['worker/2'], '', 0]);
    expect(await names('mail')).toEqual([['mail'], '', 0]);
    expect(await names('worker N=1')).toEqual([['worker/1'], '', 0]);
    expect(await names('web wbe')).toEqual([['web'], 'upstart: unknown job: wbe; did you mean web?\n', 4]);
    expect(await names('wbe --watch')).toEqual([[], 'upstart: unknown job: wbe; did you mean web?\n', 4]);
    expect((await run('ps web --failed')).out).toBe('Nothing has failed.\n');
  });

  it('are instances by their whole names, too, which may have characters of patterns', async () => {
    const list = () => [{ job: 'worker', instances: [instance({ name: '[1]/*' })] }];
    expect((await run('stop worker/[1]/*', { list })).changes).toMatchObject([{ job: 'worker', instance: '[1]/*' }]);
    expect(await run('stop worker/1', { list })).toMatchObject({
      status: 4,
      err: 'upstart: unknown instance: worker/1\n',
    });
  });

  it('may stand behind --', async () => {
    expect((await run('stop -- web')).changes).toEqual([{ method: 'stop', job: 'web', instance: '', wait: true }]);
  });

  it('get variables, which name an instance', async () => {
    expect((await run('start worker N=3')).changes).toEqual([
      { method: 'start', job: 'worker', env: ['N=3'], wait: true },
    ]);
    expect((await run('reload worker N=1')).changes).toEqual([{ method: 'reload', job: 'worker', env: ['N=1'] }]);
  });

  it('that are unknown are reported with the nearest name or the error in their file; the others are done', async () => {
    const { status, err, changes } = await run('start wbe db mail');
    expect(err).toBe(
      'upstart: unknown job: wbe; did you mean web?\n' +
        'upstart: the file of mail has an error: /etc/init/mail.conf:3: Unknown stanza\n',
    );
    expect(changes).toHaveLength(1);
    expect(status).toBe(4);
  });

  it('that are already what they are to be are no failure', async () => {
    const started = await run('start web', { start: fail(upstartError('already-started', 'web')) });
    expect([started.status, started.out]).toEqual([0, 'web start/running, process 7\n']);
    const gone = await run('stop web', {
      stop: fail(upstartError('already-stopped', 'web')),
      status: fail(upstartError('unknown-instance', '')),
    });
    expect([gone.status, gone.out]).toEqual([0, 'web stop/waiting\n']);
    const stopped = await run('stop db worker-log');
    expect([stopped.status, stopped.out]).toEqual([0, 'db stop/waiting\nworker-log stop/waiting\n']);
  });

  describe('that are already on their way', () => {
    const underWay = (goal: 'start' | 'stop', ends: (InstanceStatus | null)[]): Answers => ({
      [goal]: fail(upstartError(goal === 'start' ? 'already-started' : 'already-stopped', 'web')),
      status: () => {
        const now = ends.length > 1 ? ends.shift() : ends[0];
        return { job: 'web', instances: now ? [now] : [] };
      },
    });
    const starting = instance({ state: 'pre-start' });
    const stopping = instance({ goal: 'stop', state: 'killed' });

    it('are waited for', async () => {
      const started = await run('start web', underWay('start', [starting, starting, instance()]));
      expect([started.status, started.out, started.err]).toEqual([0, 'web start/running, process 7\n', '']);
      const stopped = await run('stop web', underWay('stop', [stopping, stopping, null]));
      expect([stopped.status, stopped.out, stopped.err]).toEqual([0, 'web stop/waiting\n', '']);
    });

    it('are not waited for with --no-wait, and no longer than --timeout', async () => {
      const { status, out } = await run('stop web --no-wait', underWay('stop', [stopping]));
      expect([status, out]).toEqual([0, 'web stop/killed, process 7\n']);
      const late = await run('start web --timeout 1', underWay('start', [starting]));
      expect([late.status, late.err]).toEqual([
        1,
        'upstart: Timed out after 1 second; still in progress: web start/pre-start, process 7\n',
      ]);
    });

    it('may fail', async () => {
      const failed = await run('start db', { ...underWay('start', [starting, null]), explain });
      expect([failed.status, failed.err]).toEqual([1, 'upstart: cannot start db: Job failed to start\n']);
      const overtaken = await run('start web', { ...underWay('start', [starting, stopping]), explain });
      expect([overtaken.status, overtaken.err]).toEqual([1, 'upstart: cannot start web: Job failed to start\n']);
      const task = await run('start web', { ...underWay('start', [starting, null]), explain });
      expect([task.status, task.out]).toEqual([0, 'web stop/waiting\n']);
      const again = await run('stop web', underWay('stop', [stopping, instance()]));
      expect([again.status, again.err]).toEqual([1, 'upstart: cannot stop web: Job failed while stopping\n']);
    });
  });

  it('that do not run cannot be restarted', async () => {
    const { status, err } = await run('restart db');
    expect([status, err]).toEqual([3, 'upstart: db is not running; `upstart start db` starts it\n']);
    // A pattern means those that run.
    expect(await run('restart d*')).toMatchObject({ status: 0, err: '', changes: [] });
  });

  it('that fail are reported, and do not stop the others', async () => {
    const start = ({ job }: { job: string }) => {
      if (job === 'web') throw upstartError('job-failed-to-start');
      return { instance: '' };
    };
    const { status, out, err } = await run('start web db', { start });
    expect([status, out, err]).toEqual([
      1,
      'db start/running, process 7\n',
      'upstart: cannot start web: Job failed to start\n',
    ]);
  });

  it('are waited for as long as is wanted', async () => {
    const { status, err } = await run('start web --timeout 1 --timeout 2', {
      start: fail(new TimeoutError('start', 2000)),
    });
    expect([status, err]).toEqual([
      1,
      'upstart: Timed out after 2 seconds; still in progress: web start/running, process 7\n',
    ]);
  });
});
