import type { Explanation } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { run } from '../testing/commands.ts';

describe('explain', () => {
  const failure = {
    slot: 'main',
    exitStatus: 1,
    exitSignal: null,
    spawnError: null,
    state: 'running',
    at: 0,
    text: 'main process terminated with status 1',
  } as const;
  const explanation: Explanation = {
    job: 'web',
    defined: true,
    why: null,
    notes: ['its file is gone'],
    startOn: {
      condition: '(a and b)',
      operands: [
        { text: 'a', seen: true, note: 'by `a X=1`' },
        { text: 'b', seen: false, note: null },
      ],
    },
    stopOn: 'runlevel [06]',
    instances: [
      {
        name: 'x',
        goal: 'start',
        state: 'starting',
        kept: false,
        why: 'started by request; waits for what reacts to its `starting` event',
        holds: ['net-up IFACE=lo'],
        blockedBy: [{ text: 'event starting', children: [{ text: 'job db start/pre-start', children: [] }] }],
        respawns: 1,
        stopOperands: [],
        failure: null,
        hints: ['expect fork is declared'],
      },
    ],
    last: { instance: '', at: 0, text: failure.text, failure, respawns: 0 },
    broken: [{ path: '/etc/init/web.override', job: 'web', line: 2, message: 'Unknown stanza', expected: 'a stanza' }],
    pending: null,
    output: { path: '/log/web-x.log', lastLine: 'address in use' },
    unsupervised: [
      { pid: 77, instance: 'x', command: 'serve --port 80', old: true },
      { pid: 78, instance: '', command: null, old: false },
    ],
  };

  it('tells the chain of reasons, indented', async () => {
    expect((await run('initctl explain web', { answers: { explain: explanation } })).out).toBe(
      [
        'web (x) start/starting: started by request; waits for what reacts to its `starting` event',
        '  waits for:',
        '    event starting',
        '      job db start/pre-start',
        '  holds up:',
        '    the event `net-up IFACE=lo`',
        '  respawned: once',
        '  hint: expect fork is declared',
        '  last run: ended 3 minutes ago (1970-01-01T00:00:00Z): main process terminated with status 1',
        '  start on: (a and b)',
        '    seen      a (by `a X=1`)',
        '    not seen  b',
        '  stop on: runlevel [06]',
        '  note: its file is gone',
        '  broken file: /etc/init/web.override:2: Unknown stanza',
        '    expected a stanza',
        '  left behind: process 77 of (x) (serve --port 80) has outlived its run; init does not supervise it and does not end it',
        '  beside it: process 78 runs, too; init does not supervise it and does not end it',
        '  last line of output: address in use',
        '  /log/web-x.log has its output',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await run('explain web --json', { answers: { explain: explanation } })).out)).toEqual(
      explanation,
    );
  });

  it('tells a job without instances, and of a lone operand only what the condition does not say', async () => {
    const operands = [{ text: 'started db', seen: false, note: 'db is stop/waiting' }];
    const lone: Explanation = {
      ...explanation,
      why: 'never started; nothing of its `start on` has come yet',
      notes: [],
      startOn: { condition: 'started db', operands },
      stopOn: null,
      instances: [],
      last: null,
      broken: [],
      output: null,
      unsupervised: [],
    };
    expect((await run('explain web', { answers: { explain: lone } })).out).toBe(
      'web stop/waiting: never started; nothing of its `start on` has come yet\n  start on: started db (db is stop/waiting)\n',
    );
  });

  it('points to a log only where there is one', async () => {
    const last = { instance: '', at: 0, text: failure.text, failure, respawns: 0 };
    const failed: Explanation = {
      ...explanation,
      why: 'its last run failed',
      notes: [],
      instances: [],
      last,
      broken: [],
    };
    const lines = async (more: Partial<Explanation>): Promise<string[]> =>
      (await run('explain web', { answers: { explain: { ...failed, ...more } } })).out.split('\n').slice(6, -1);
    const output = { path: '/log/web.log', lastLine: null };
    expect(await lines({ unsupervised: [], output: null })).toEqual([]);
    expect(await lines({ unsupervised: [], output })).toEqual(['  initctl log web shows its output']);
    const unsupervised = [{ pid: 77, instance: '', command: null, old: true }];
    expect(await lines({ unsupervised, output: null })).toEqual([
      '  left behind: process 77 has outlived its run; init does not supervise it and does not end it, and it may hold what the job needs, such as a port',
    ]);
    // A daemon before this version tells neither.
    const { output: _, unsupervised: __, ...older } = failed;
    expect((await run('explain web', { answers: { explain: older } })).status).toBe(0);
  });

  it('tells who holds the events of a name', async () => {
    const heldBy = [{ text: 'web is not running yet', children: [{ text: 'its process', children: [] }] }];
    const events = [{ name: 'up', env: ['IF=lo'], failed: true, heldBy }];
    const { out, calls } = await run('initctl explain --event up', { answers: { explainEvent: events } });
    expect(out).toBe('up IF=lo is not over, and will end as failed:\n  web is not running yet\n    its process\n');
    expect(calls).toEqual([['explainEvent', { name: 'up' }]]);
    expect((await run('initctl explain --event up', { answers: { explainEvent: [] } })).out).toBe(
      'No event up is pending: all that were emitted are over.\n',
    );
  });
});
