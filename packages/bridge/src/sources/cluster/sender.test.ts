import type { Notification } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sender } from './sender.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OPERAND = { job: 'backup', stanza: 'emits cluster', event: ':cluster:saved', args: [] } as const;

/** An init whose events wait, and servers that take them or throw `refusal`. */
function world(operands: readonly unknown[] = [OPERAND]) {
  const init = { events: [] as { id: number; name: string; env: string[]; atMs: number }[], dropped: 0, asked: 0 };
  const servers = { took: [] as string[], refusal: null as Error | null, taking: () => {} };
  const logged: string[] = [];
  let notify: (notification: Notification) => void = () => {};
  const call = async (method: string, params: { upTo?: number; dropped?: number }): Promise<unknown> => {
    if (method === 'outgoing') {
      init.asked += 1;
      return { events: [...init.events], dropped: init.dropped };
    }
    init.events = init.events.filter(({ id }) => id > (params.upTo ?? 0));
    init.dropped -= params.dropped ?? 0;
    return null;
  };
  const client = {
    call,
    watch: async (listener: typeof notify) => {
      notify = listener;
    },
  };
  const log = { warn: (text: string) => void logged.push(text) };
  const sender = new Sender(
    client as never,
    log as never,
    () => operands as never,
    async ({ name, env }, id) => {
      if (servers.refusal) throw servers.refusal;
      servers.taking();
      servers.took.push([id, name, ...env].join(' '));
    },
  );
  const emit = (id: number): void => {
    init.events.push({ id, name: 'saved', env: [`N=${id}`], atMs: 5 });
    notify({ event: 'outgoing' });
  };
  return { init, servers, logged, sender, emit };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('events for the cluster', () => {
  it('are sent once there is contact, in order, and forgotten by init then', async () => {
    const { sender, emit, servers, init } = world();
    await sender.begin();
    emit(1);
    await settle();
    expect([servers.took, init.asked]).toEqual([[], 0]);
    sender.contact();
    emit(2);
    emit(3);
    await settle();
    expect([servers.took, init.events]).toEqual([['5.1 saved N=1', '5.2 saved N=2', '5.3 saved N=3'], []]);
  });

  it('that the servers do not take are sent later; the reason is logged once', async () => {
    const { sender, emit, servers, logged } = world();
    await sender.begin();
    sender.contact();
    servers.refusal = new Error('no leader');
    emit(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(logged).toEqual(['Unable to send events to the cluster: no leader']);
    servers.refusal = null;
    await vi.advanceTimersByTimeAsync(2000);
    expect(servers.took).toEqual(['5.1 saved N=1']);
    sender.stop();
  });

  it('that can never be sent are named and left out', async () => {
    const { sender, emit, servers, logged, init } = world();
    await sender.begin();
    sender.contact();
    servers.refusal = Object.assign(new Error('too long'), { name: 'EventError' });
    init.dropped = 2;
    emit(1);
    await settle();
    expect(logged).toEqual([
      'not sent to the cluster: too long',
      '2 events not sent to the cluster: too much was waiting',
    ]);
    expect(init.events).toEqual([]);
  });

  it('that were dropped are counted once, when the servers take others: those of meanwhile, too', async () => {
    const { sender, emit, servers, logged, init } = world();
    await sender.begin();
    servers.refusal = new Error('no leader');
    init.dropped = 2;
    emit(1);
    sender.contact();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(logged).toEqual(['Unable to send events to the cluster: no leader']);
    servers.refusal = null;
    servers.taking = () => {
      init.dropped += 1;
    };
    await vi.advanceTimersByTimeAsync(2000);
    expect([servers.took, init.events, init.dropped]).toEqual([['5.1 saved N=1'], [], 0]);
    expect(logged.slice(1)).toEqual([
      '2 events not sent to the cluster: too much was waiting',
      '1 event not sent to the cluster: too much was waiting',
    ]);
    sender.stop();
  });

  it('are not asked for where no job names any', async () => {
    const { sender, emit, init } = world([{ ...OPERAND, stanza: 'start on' }]);
    await sender.begin();
    sender.contact();
    emit(1);
    await settle();
    expect(init.asked).toBe(0);
  });
});
