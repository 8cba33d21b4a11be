import { type RootCause, type Troubles, upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { ENDED, explain, fail, run, UNKNOWN_STANZA } from '../testing/run.ts';

describe('status', () => {
  it('exits as init scripts do', async () => {
    expect((await run('status web')).status).toBe(0);
    expect((await run('status web db')).status).toBe(3);
    expect((await run('status web gone')).status).toBe(4);
    const missing = await run('status worker N=9', { status: fail(upstartError('unknown-instance', '9')) });
    expect(missing.status).toBe(3);
  });
});

describe('ps', () => {
  it('shows what is not well first, and why', async () => {
    const { status, out } = await run('ps');
    expect(out).toBe(
      [
        'JOB         STATE            PID  FOR  RESTARTS  EXIT  MEMORY   CPU  WHY',
        'mail        broken file        -    -         0     -       -     -  /etc/init/mail.conf:3: Unknown stanza',
        'db          stop/waiting       -   2m         3     3       -     -  it died',
        'worker (2)  start/pre-start    7   1m         0     -       -     -  waits',
        'web         start/running      7   1m         0     -   12.3M  1.2s',
        'worker (1)  start/running      7   1m         0     -   12.3M  1.2s',
        'worker-log  stop/waiting       -    -         0     -       -     -',
        '',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('shows what has failed only, also as JSON, and exits with 1 if there is any', async () => {
    const { status, out } = await run('ps --failed --json');
    const notes = ['the output of jobs does not reach central: gone'];
    const withNotes = { troubles: (): Troubles => ({ causes: [], dropped: 0, notes }) };
    expect((await run('explain', withNotes)).out).toBe(`${notes[0]}\n`);
    const nothing = {
      since: null,
      respawns: 0,
      series: null,
      checks: [],
      lastExit: null,
      memoryBytes: null,
      cpuMs: null,
    };
    expect([status, JSON.parse(out)]).toEqual([
      1,
      [
        {
          kind: 'job',
          job: 'mail',
          instance: '',
          health: 'broken',
          state: null,
          pid: null,
          why: UNKNOWN_STANZA,
          ...nothing,
        },
        {
          ...{
            kind: 'job',
            job: 'db',
            instance: '',
            health: 'failed',
            state: 'stop/waiting',
            pid: null,
            why: 'it died',
          },
          ...{ ...nothing, since: 80_000, respawns: 3, lastExit: ENDED.exit },
        },
      ],
    ]);
    const none = { list: () => [], brokenFiles: () => [] };
    expect(await run('ps --failed', none)).toMatchObject({ status: 0, out: 'Nothing has failed.\n' });
    expect((await run('ps', none)).out).toBe('There are no jobs.\n');
  });
});

describe('explain', () => {
  it('without a name is about everything that is wrong', async () => {
    const text = 'db failed: it died';
    const cause: RootCause = { kind: 'failed', job: 'db', instance: '', text, affected: 0, waiting: [] };
    const answers = { troubles: (): Troubles => ({ causes: [cause], dropped: 0 }) };
    expect(JSON.parse((await run('explain --json', answers)).out)).toEqual({ causes: [cause], dropped: 0 });
    expect((await run('explain', answers)).out).toBe(`${text}\n`);
    const nothing = { troubles: (): Troubles => ({ causes: [], dropped: 0 }) };
    expect((await run('explain', nothing)).out).toBe('Nothing is wrong, and no job waits for anything.\n');
  });

  it('is about the jobs that are named, broken ones included', async () => {
    const { status, out, err } = await run('explain w?b mail gone', { explain });
    expect(out).toContain('web start/running: started by request');
    expect(out).toContain('broken file: /etc/init/mail.conf:3: Unknown stanza');
    expect([status, err]).toEqual([4, 'upstart: unknown job: gone\n']);
  });
});
