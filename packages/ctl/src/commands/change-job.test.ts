import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionError, upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { type Answers, instance, run, running } from '../testing/commands.ts';

describe('start, stop and restart', () => {
  it('print the status of the instance that was meant', async () => {
    const answers = {
      start: { instance: 'a' },
      status: { job: 'svc', instances: [instance([['main', 9]], { name: 'a' })] },
    };
    const ran = await run('start svc N=a', { answers });
    expect(ran).toMatchObject({ status: 0, out: 'svc (a) start/running, process 9\n', err: '' });
    expect(ran.calls).toEqual([
      ['start', { job: 'svc', env: ['N=a'], wait: true }],
      ['status', { job: 'svc', instance: 'a' }],
    ]);
  });

  it('print that the job is stopped when the instance, or the job, has gone', async () => {
    for (const status of [upstartError('unknown-instance', 'x'), upstartError('unknown-job', 'svc')]) {
      const ran = await run('stop svc N=x', { answers: { stop: { instance: 'x' }, status } });
      expect(ran).toMatchObject({ status: 0, out: 'svc stop/waiting\n', err: '' });
    }
  });

  it('print what the daemon says of a failure, and nothing else', async () => {
    const failures: [string, Error, string][] = [
      ['start svc', upstartError('already-started', 'svc'), 'start: Job is already running: svc\n'],
      ['stop svc', upstartError('unknown-instance', ''), 'stop: Unknown instance: \n'],
      [
        'start svc',
        upstartError('expansion-failed', 'Unknown parameter: N\nUsage: N=x'),
        'start: Unknown parameter: N\nUsage: N=x\n',
      ],
      ['initctl -q restart svc', upstartError('job-failed-to-restart'), 'initctl: Job failed to restart\n'],
      ['start svc', new ConnectionError('Unable to connect to Upstart: x'), 'start: Unable to connect to Upstart: x\n'],
    ];
    for (const [line, error, err] of failures) {
      const ran = await run(line, { answers: { start: error, stop: error, restart: error } });
      expect(ran).toMatchObject({ status: 1, out: '', err });
      expect(ran.calls.length).toBe(1);
    }
  });

  it('is written without colours inside a job, whose terminal ends up in a log', async () => {
    const instance = { name: '', goal: 'start', state: 'running', processes: [] };
    const answers = { status: { job: 'svc', instances: [instance] } };
    const terminal = { out: true, err: true, columns: 80 };
    const env = { UPSTART_JOB: 'svc', UPSTART_INSTANCE: '' };
    expect((await run(['status'], { env, answers, terminal })).out).toBe('svc start/running\n');
    expect((await run(['status', 'svc'], { answers, terminal })).out).not.toBe('svc start/running\n');
  });

  it('inside a job mean that job’s own instance and never wait', async () => {
    const env = { UPSTART_JOB: 'svc', UPSTART_INSTANCE: '' };
    const answers = { stop: { instance: '' }, status: running };
    const from = { job: 'svc', instance: '' };
    expect((await run('stop', { env, answers })).calls[0]).toEqual([
      'stop',
      { job: 'svc', instance: '', wait: false, from },
    ]);
    expect((await run('status', { env, answers })).calls).toEqual([['status', { job: 'svc', instance: '' }]]);
    expect((await run('reload', { env, answers })).calls).toEqual([['reload', { job: 'svc', instance: '' }]]);
    expect((await run('stop other', { env, answers })).calls[0]).toEqual([
      'stop',
      { job: 'other', env: [], wait: true, from },
    ]);
    expect((await run('emit ready', { env, answers: { emit: null } })).calls[0]?.[1]).toMatchObject({ from });
    expect((await run(['status'], { env: { UPSTART_JOB: 'svc' } })).err).toMatch(/^status: missing job name\n/);
  });

  it('tell people, after the exact line, why a job failed and what it said', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'upstart-ctl-'));
    const log = join(dir, 'svc.log');
    writeFileSync(log, `${Array.from({ length: 30 }, (_, i) => `line ${i}\r\n`).join('')}cannot \u001b[31mopen\r\n`);
    const failure = { text: 'main process terminated with status 1' };
    const answers = {
      start: upstartError('job-failed-to-start'),
      explain: { last: { failure } },
      logPath: log,
    };
    const world = { answers, terminal: { err: true }, env: { TERM: 'dumb' } };
    const { err, status } = await run('start svc', world);
    rmSync(dir, { recursive: true });
    const lines = err.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'start: Job failed to start',
      'Reason: main process terminated with status 1',
      `The last lines of ${log}:`,
      '  line 21',
    ]);
    expect(lines.at(-2)).toBe('  cannot \\x1b[31mopen');
    expect(lines.length).toBe(14);
    expect(status).toBe(1);
    expect((await run('start svc', world)).err.split('\n').length).toBe(3);
  });

  it('tell people about the broken file of an unknown job, or of one with a similar name', async () => {
    const unknown = upstartError('unknown-job', 'wbe');
    const place = { line: 3, column: 1, text: 'respwan', mark: 0, length: 7 };
    const brokenFiles = [
      { path: '/etc/init/wbe.conf', job: 'wbe', line: 3, message: 'Unknown stanza', place, meant: 'respawn' },
    ];
    const world = { terminal: { err: true }, env: { NO_COLOR: '1' } };
    const list = [{ job: 'web', instances: [] }];
    expect((await run('start wbe', { ...world, answers: { start: unknown, brokenFiles } })).err).toBe(
      "start: Unknown job: wbe\nThe job's file has an error: /etc/init/wbe.conf:3: Unknown stanza\n" +
        '  3 | respwan\n    | ^^^^^^^ did you mean `respawn`?\n',
    );
    expect((await run('status wbe', { ...world, answers: { status: unknown, brokenFiles: [], list } })).err).toBe(
      'status: Unknown job: wbe\nDid you mean web?\n',
    );
    const scripted = await run('status wbe', { answers: { status: unknown, brokenFiles, list } });
    expect(scripted.err).toBe('status: Unknown job: wbe\n');
    expect(scripted.calls.length).toBe(1);
  });
});

describe('what people see of a change', () => {
  const terminal = { err: true };
  const env = { TERM: 'dumb' };
  const told = async (line: string, explain: object, more: Answers = {}): Promise<string> => {
    const answers = { restart: { instance: '' }, stop: { instance: '' }, status: running, explain, ...more };
    return (await run(line, { answers, terminal, env })).err;
  };

  it('is that a restart or a reload keeps the definition of before', async () => {
    const changed = { pending: 'changed', instances: [] };
    const text = 'The file of svc has changed, but its old definition still counts: stop and start take the new one.\n';
    expect(await told('restart svc', changed)).toBe(text);
    expect(await told('reload svc', changed)).toBe(text);
    expect(await told('restart svc', { pending: 'gone', instances: [] })).toBe(
      'The file of svc is gone; the job lasts until it has stopped.\n',
    );
    expect(await told('restart svc', { pending: null, instances: [] })).toBe('');
    expect(
      (await run('restart svc', { answers: { restart: { instance: '' }, status: running } })).calls,
    ).not.toContainEqual(['explain', { job: 'svc' }]);
  });

  it('is that a pre-stop has kept the process', async () => {
    const instances = [
      { name: '', kept: true, why: 'kept by its pre-stop', hints: ['stop and start'] },
      { name: 'other', kept: true, why: 'kept, too', hints: [] },
    ];
    expect(await told('restart svc', { pending: null, instances })).toBe('kept by its pre-stop: stop and start\n');
  });

  it('is what a stop has left behind, once it had a moment to end', async () => {
    const left = { pid: 77, instance: '', command: 'serve', old: true };
    const line =
      'svc: left behind: process 77 (serve) has outlived its run; init does not supervise it and does not end it\n';
    expect(await told('stop svc', { unsupervised: [left, { ...left, pid: 78, old: false }] })).toBe(line);
    let asked = 0;
    const ends = (): object => ({ unsupervised: asked++ === 0 ? [left] : [] });
    expect([await told('stop svc', ends), asked]).toEqual(['', 2]);
    const gone = { stop: upstartError('unknown-instance', '') };
    expect(await told('stop svc', { unsupervised: [left] }, gone)).toBe(`stop: Unknown instance: \n${line}`);
  });
});
