import { upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { type Call, config, run } from '../testing/commands.ts';

describe('the environment commands', () => {
  const inside = { UPSTART_JOB: 'own', UPSTART_INSTANCE: 'i' };
  const own = { job: 'own', instance: 'i' };
  const calls: [string, Call][] = [
    ['get-env A', ['getEnv', { target: own, name: 'A' }]],
    ['get-env -g A', ['getEnv', { target: null, name: 'A' }]],
    ['list-env --global', ['listEnv', { target: null }]],
    ['set-env A=1 B', ['setEnv', { target: own, vars: ['A=1', 'B'], replace: true }]],
    ['set-env --retain A=1', ['setEnv', { target: own, vars: ['A=1'], replace: false }]],
    ['unset-env A B', ['unsetEnv', { target: own, names: ['A', 'B'] }]],
    ['reset-env', ['resetEnv', { target: own }]],
  ];
  it.each(calls)('%s', async (line, call) => {
    const answers = { getEnv: 'value', listEnv: [] };
    expect((await run(`initctl ${line}`, { env: inside, answers })).calls).toEqual([call]);
    const outside = (await run(`initctl ${line}`, { answers })).calls;
    expect(outside).toEqual([[call[0], { ...(call[1] as object), target: null }]]);
    const half = await run(`initctl ${line.replace(/ (-g|--global)\b/, '')}`, { env: { UPSTART_JOB: 'own' }, answers });
    expect(half.err).toMatch(/^initctl: missing job name\nTry/);
  });

  it('sort as the locale says', async () => {
    const answers = { listEnv: ['b=1', 'B=2', 'a=3', 'É=4'] };
    const sorted = async (env: Record<string, string>): Promise<string> =>
      (await run('initctl list-env', { answers, env })).out.replace(/=.\n/g, '');
    expect(await sorted({ LC_ALL: 'C' })).toBe('BabÉ');
    expect(await sorted({})).toBe('BabÉ');
    expect(await sorted({ LANG: 'en_US.UTF-8' })).toBe('abBÉ');
    expect(await sorted({ LANG: 'no such locale' })).toBe('BabÉ');
  });

  it('print a value as it is', async () => {
    expect((await run('initctl get-env A', { answers: { getEnv: 'two  words' } })).out).toBe('two  words\n');
    expect((await run('initctl get-env A', { answers: { getEnv: upstartError('no-such-variable', 'A') } })).err).toBe(
      'initctl: No such variable: A\n',
    );
  });
});

describe('small commands', () => {
  it('print what the daemon answers', async () => {
    expect((await run(['version'], { answers: { version: 'init (upstart 1.2.3)' } })).out).toBe(
      'init (upstart 1.2.3)\n',
    );
    expect((await run(['log-priority'], { answers: { getLogPriority: 'message' } })).out).toBe('message\n');
    const set = await run(['log-priority', ''], { answers: { setLogPriority: upstartError('invalid-log-priority') } });
    expect(set).toMatchObject({ status: 1, err: 'log-priority: The log priority given was not recognised\n' });
    expect((await run('usage svc', { answers: { config: [config('svc', { usage: 'N=x' })] } })).out).toBe(
      'Usage: N=x\n',
    );
    expect((await run('usage svc', { answers: { config: [config('svc')] } })).out).toBe('Usage: \n');
    expect(JSON.parse((await run('usage svc --json', { answers: { config: [config('svc')] } })).out)).toEqual({
      job: 'svc',
      usage: null,
    });
  });

  it('ask for what they say', async () => {
    expect((await run('initctl notify-dbus-address unix:x')).calls).toEqual([
      ['notifyDBusAddress', { address: 'unix:x' }],
    ]);
    expect((await run('initctl notify-cgroup-manager-address x')).calls[0]?.[0]).toBe('notifyCGroupManagerAddress');
    expect((await run('initctl notify-disk-writeable')).calls).toEqual([['notifyDiskWriteable', {}]]);
    expect((await run('initctl reload-configuration')).calls).toEqual([['reloadConfiguration', {}]]);
    expect((await run('reload svc A=1')).calls).toEqual([['reload', { job: 'svc', env: ['A=1'] }]]);
  });

  it('put no blank after the program for an error that starts with a place', async () => {
    const answers = { reloadConfiguration: upstartError('expansion-failed', '/etc/init/x.conf:3: Unknown stanza') };
    expect((await run('initctl reload-configuration', { answers })).err).toBe(
      'initctl:/etc/init/x.conf:3: Unknown stanza\n',
    );
  });
});
