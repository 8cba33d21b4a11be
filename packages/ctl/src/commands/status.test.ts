import { type InstanceStatus, upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { instance, run, running, stopped } from '../testing/commands.ts';

describe('status and list', () => {
  const lines: [InstanceStatus[], string][] = [
    [[], 'svc stop/waiting\n'],
    [[instance([])], 'svc start/running\n'],
    [[instance([['main', 7]])], 'svc start/running, process 7\n'],
    [[instance([['main', 7]], { name: 'a b' })], 'svc (a b) start/running, process 7\n'],
    [
      [
        instance(
          [
            ['main', 7],
            ['post-start', 8],
          ],
          { state: 'post-start' },
        ),
      ],
      'svc start/post-start, process 7\n\tpost-start process 8\n',
    ],
    [[instance([['post-start', 8]], { state: 'post-start' })], 'svc start/post-start, (post-start) process 8\n'],
    [[instance([['pre-stop', 8]], { goal: 'stop', state: 'pre-stop' })], 'svc stop/pre-stop, (pre-stop) process 8\n'],
    [[instance([['security', 8]], { state: 'security' })], 'svc start/security, (security) process 8\n'],
    [[instance([['post-stop', 8]], { goal: 'stop', state: 'post-stop' })], 'svc stop/post-stop, process 8\n'],
    [[instance([['pre-start', 8]], { state: 'pre-start' })], 'svc start/pre-start, process 8\n'],
  ];
  it.each(lines)('print %j as it has always been', async (instances, out) => {
    const status = { job: 'svc', instances };
    expect(await run('status svc', { answers: { status } })).toMatchObject({ status: 0, out, err: '' });
    expect((await run('initctl list extra words', { answers: { list: [status, status] } })).out).toBe(out + out);
  });

  it('print nothing with --quiet, and nothing for no jobs', async () => {
    expect((await run('status -q svc', { answers: { status: running } })).out).toBe('');
    expect((await run('initctl -q list', { answers: { list: [running] } })).out).toBe('');
    expect((await run('initctl list', { answers: { list: [] } })).out).toBe('');
  });

  it.each([
    ['status -q -v svc', true],
    ['status -v -q svc', false],
    ['status -qv svc', true],
    ['status -vq svc', false],
    ['status -q --debug svc', true],
    ['initctl -q status -v svc', true],
    ['initctl -v status -q svc', false],
    ['initctl --debug -q -v status svc', true],
  ])('heed the last of several options about how much to say: %s', async (words, spoken) => {
    const { out } = await run(words, { answers: { status: running } });
    expect(out !== '').toBe(spoken);
  });

  it('print JSON when asked, without colours on a terminal too', async () => {
    const world = { answers: { list: [running], status: running }, terminal: { out: true } };
    expect(JSON.parse((await run('initctl list --json', world)).out)).toEqual([running]);
    expect(JSON.parse((await run('status svc --json', world)).out)).toEqual(running);
  });

  it('on a terminal are sorted, lined up, coloured, and show what would steer the terminal', async () => {
    const list = [{ job: 'web\u001b', instances: [] }, running];
    const terminal = { out: true };
    expect((await run('initctl list', { answers: { list }, terminal, env: { NO_COLOR: '1' } })).out).toBe(
      'svc     start/running, process 7\nweb\\x1b stop/waiting\n',
    );
    expect((await run('initctl list', { answers: { list }, terminal })).out).toBe(
      'svc     \u001b[32mstart/running\u001b[39m, process 7\nweb\\x1b \u001b[2mstop/waiting\u001b[22m\n',
    );
  });

  it('of one job with --verbose tells what it waits for and how its checks are', async () => {
    const checks = [
      { check: 'localhost:80', healthy: true, failures: 0, answer: null, unhealthySince: null },
      { check: '/run/web', healthy: null, failures: 2, answer: 'connection refused', unhealthySince: null },
      { check: 'true', healthy: null, failures: 0, answer: null, unhealthySince: null },
      { check: 'http://localhost/', healthy: false, failures: 3, answer: 'HTTP 503', unhealthySince: 1 },
    ];
    const why = 'check http://localhost/ has failed for 2 minutes: HTTP 503';
    const status = (params: unknown) =>
      (params as { details?: true }).details
        ? { job: 'svc', instances: [instance([['main', 7]], { health: 'unhealthy', why, checks, says: 'busy' })] }
        : running;
    const short = 'svc start/running, process 7\n';
    expect((await run('status svc', { answers: { status } })).out).toBe(short);
    expect((await run('status -v svc', { answers: { status } })).out).toBe(
      `${short}\tit says: busy\n\tunhealthy: ${why}\n\tcheck localhost:80: healthy\n` +
        '\tcheck /run/web: has failed 2 times in a row: connection refused\n\tcheck true: not known yet\n',
    );
    const terminal = { out: true };
    const env = { NO_COLOR: '1' };
    expect((await run('status svc', { answers: { status }, terminal, env })).out).toBe(
      `${short}\tit says: busy\n\tunhealthy: ${why}\n`,
    );
  });

  it('exit as init scripts do with --lsb', async () => {
    const exits = async (status: unknown): Promise<number> =>
      (await run('status --lsb svc', { answers: { status } })).status;
    expect(await exits(running)).toBe(0);
    expect(await exits(stopped)).toBe(3);
    expect(await exits(upstartError('unknown-job', 'svc'))).toBe(4);
    expect((await run('status svc', { answers: { status: stopped } })).status).toBe(0);
  });
});
