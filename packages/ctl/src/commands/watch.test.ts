import { ConnectionError, type Notification } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { FakeClient, runOn } from '../testing/commands.ts';

describe('watch', () => {
  const happened: [Notification, string][] = [
    [{ event: 'job-added', job: 'a' }, 'job a added'],
    [{ event: 'job-removed', job: 'a' }, 'job a removed'],
    [{ event: 'instance-added', job: 'a', instance: 'x' }, 'a (x) added'],
    [{ event: 'instance-removed', job: 'a', instance: '' }, 'a removed'],
    [{ event: 'goal', job: 'a', instance: '', goal: 'start' }, 'a goal start'],
    [{ event: 'state', job: 'a', instance: '', state: 'running' }, 'a state running'],
    [{ event: 'process', job: 'a', instance: '', slot: 'main', pid: 7 }, 'a main process 7'],
    [
      { event: 'process-ended', job: 'a', instance: '', slot: 'main', pid: 7, text: 'killed by TERM signal' },
      'a main process 7 killed by TERM signal',
    ],
    [
      { event: 'signal', job: 'a', instance: '', slot: 'main', pid: 7, signal: 'HUP' },
      'a main process 7 is sent HUP signal',
    ],
    [
      { event: 'signal', job: 'a', instance: '', slot: 'main', pid: 7, signal: '40' },
      'a main process 7 is sent signal 40',
    ],
    [{ event: 'failed', job: 'a', instance: '', status: 256 }, 'a failed with status 256'],
    [{ event: 'event-emitted', name: 'e', env: ['A=1\n'], failed: true }, 'event e A=1\\x0a (failed)'],
    [{ event: 'restarted' }, 'init daemon restarted'],
  ];

  it('prints what happens, one line each, until the end', async () => {
    const client = new FakeClient({});
    const { out, end } = runOn('upstart-monitor', client);
    await eventually(() => client.notify !== null);
    for (const [notification] of happened) client.notify?.(notification);
    expect(await end()).toBe(0);
    expect(out()).toBe(happened.map(([, text]) => `1970-01-01T00:00:00.000Z ${text}\n`).join(''));
    expect(client.closed).toBe(true);
  });

  it('prints JSON lines when asked, and fails when the daemon is gone for good', async () => {
    const client = new FakeClient({});
    const { out, end } = runOn('initctl watch --json', client);
    await eventually(() => client.notify !== null);
    client.notify?.({ event: 'job-added', job: 'a' });
    client.ended?.(new ConnectionError('gone'));
    expect(await end()).toBe(1);
    expect(out()).toBe('{"time":"1970-01-01T00:00:00.000Z","event":"job-added","job":"a"}\ninitctl: gone\n');
  });
});
