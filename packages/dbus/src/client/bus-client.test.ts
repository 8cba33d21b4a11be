/** The way there and back: a request by D-Bus calls, which the gateway turns into the same request to a daemon. */
import {
  type JobConfig,
  type JobStatus,
  type Method,
  type Params,
  type UpstartClient,
  upstartError,
} from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { toDBusError } from '../errors.ts';
import { dispatch } from '../objects/dispatch.ts';
import { Later } from '../objects/table.ts';
import { FakeDaemon } from '../testing/fake-daemon.ts';
import {
  announcedBytes,
  checkBody,
  decodeBody,
  decodeHeader,
  encodeMessage,
  FIXED_HEADER_BYTES,
} from '../wire/codec.ts';
import { MESSAGE_TYPES, type Outgoing, type Value } from '../wire/message.ts';
import type { Received } from '../wire/message-stream.ts';
import type { BusCaller, Called } from './bus-caller.ts';
import { BusClient } from './bus-client.ts';

const CONFIG: JobConfig = {
  job: 'in-st.a_b',
  path: '/etc/init/in-st.a_b.conf',
  description: 'a service',
  author: '',
  version: '1',
  usage: 'N=number',
  emits: ['ping', 'pong*'],
  startOn: {
    op: 'or',
    left: {
      op: 'and',
      left: { op: 'event', name: 'alpha', args: ['x*y', 'A=1'] },
      right: { op: 'event', name: 'beta', args: [] },
    },
    right: { op: 'event', name: 'gamma', args: [] },
  },
  stopOn: null,
};
const STATUS: JobStatus = {
  job: CONFIG.job,
  instances: [
    {
      name: 'a/é',
      goal: 'start',
      state: 'post-start',
      processes: [
        { slot: 'post-start', pid: 12 },
        { slot: 'main', pid: 7 },
      ],
    },
  ],
};
const ANSWERS: FakeDaemon['answers'] = {
  config: () => [CONFIG],
  status: () => STATUS,
  list: () => [STATUS],
  start: () => ({ instance: 'a/é' }),
  stop: () => ({ instance: 'a/é' }),
  restart: () => ({ instance: 'a/é' }),
  reload: () => null,
  emit: () => null,
  version: () => 'init (upstart 9)',
  getLogPriority: () => 'message',
  setLogPriority: () => null,
  getEnv: () => 'value',
  listEnv: () => ['A=1', 'B='],
  setEnv: () => null,
  unsetEnv: () => null,
  resetEnv: () => null,
  reloadConfiguration: () => null,
  notifyDiskWriteable: () => null,
  notifyDBusAddress: () => null,
  notifyCGroupManagerAddress: () => null,
};

/** As it arrives at the other side. */
function received(message: Outgoing): Received {
  const bytes = encodeMessage({ serial: 1, ...message });
  const { header } = announcedBytes(bytes.subarray(0, FIXED_HEADER_BYTES));
  const decoded = decodeHeader(bytes, header);
  checkBody(bytes, decoded, header);
  return { ...decoded, bytes: bytes.length, args: () => decodeBody(bytes, decoded, header) };
}

/** A client over a bus that leads to this daemon. */
function client(daemon: FakeDaemon, native?: () => Promise<UpstartClient>): { bus: BusClient; called: string[] } {
  const called: string[] = [];
  const caller = {
    call: async (call: Called): Promise<readonly Value[]> => {
      called.push(call.member);
      expect(call.isPatient, call.member).toBe(WAITING.includes(call.member));
      try {
        const { answer, signature } = await dispatch(received({ type: MESSAGE_TYPES.call, ...call }), daemon.client());
        const body = answer instanceof Later ? await answer.answer : answer;
        expect(signature, call.member).toBe(call.answer);
        const content = signature === '' ? {} : { signature, body };
        return received({ type: MESSAGE_TYPES.reply, replySerial: 1, ...content }).args();
      } catch (error) {
        throw toDBusError(error) ?? error;
      }
    },
    close: () => {},
  };
  return {
    bus: new BusClient(caller as unknown as BusCaller, native ?? (() => Promise.reject(new Error('none')))),
    called,
  };
}

/** Methods whose answer waits for a job or an event. */
const WAITING = ['Start', 'Stop', 'Restart', 'EmitEvent'];
const TARGET = { job: CONFIG.job, env: ['N=1'] };
const TABLE = { job: CONFIG.job, instance: 'a/é' };

/** A request, what the daemon is asked for in the end, the answer if it is another than the daemon's, and the calls of the original. */
const REQUESTS: { [M in Method]?: [params: Params<M>, calls: string[], answer?: unknown, asked?: unknown] } = {
  version: [{}, ['Get']],
  start: [{ ...TARGET, wait: true }, ['GetJobByName', 'Start']],
  restart: [{ ...TARGET, wait: false }, ['GetJobByName', 'Restart']],
  stop: [{ ...TARGET, wait: true }, ['GetJobByName', 'GetInstance', 'Stop']],
  reload: [TARGET, ['GetJobByName', 'GetInstance', 'Reload'], null, TABLE],
  emit: [{ name: 'go', env: ['A=é'], wait: true }, ['EmitEvent']],
  getLogPriority: [{}, ['Get']],
  setLogPriority: [{ priority: 'debug' }, ['Set']],
  getEnv: [{ target: null, name: 'A' }, ['GetEnv']],
  listEnv: [{ target: TABLE }, ['ListEnv']],
  setEnv: [{ target: TABLE, vars: ['A=1', 'B'], replace: false }, ['SetEnvList']],
  unsetEnv: [{ target: null, names: ['A', 'B'] }, ['UnsetEnvList']],
  resetEnv: [{ target: null }, ['ResetEnv']],
  reloadConfiguration: [{}, ['ReloadConfiguration']],
  notifyDiskWriteable: [{}, ['NotifyDiskWriteable']],
  notifyDBusAddress: [{ address: 'unix:path=/x' }, ['NotifyDBusAddress']],
  notifyCGroupManagerAddress: [{ address: 'unix:path=/x' }, ['NotifyCGroupManagerAddress']],
};

describe('a request over a bus', () => {
  it.each(Object.entries(REQUESTS))(
    'reaches the daemon as it was made: %s',
    async (name, [params, calls, answer, asked]) => {
      const method = name as Method;
      const daemon = new FakeDaemon(ANSWERS);
      const { bus, called } = client(daemon);
      const own = ANSWERS[method] as unknown as () => unknown;
      expect(await bus.call(method, params as never)).toEqual(answer ?? own());
      expect(daemon.calls.at(-1)).toEqual([method, asked ?? params]);
      expect(called).toEqual(calls);
    },
  );

  it.each(['start', 'restart', 'stop'] as const)('%s of an instance by its name', async (method) => {
    const daemon = new FakeDaemon(ANSWERS);
    const { bus, called } = client(daemon);
    expect(await bus.call(method, { ...TABLE, wait: false })).toEqual({ instance: 'a/é' });
    expect(daemon.calls.at(-1)).toEqual([method, { ...TABLE, wait: false }]);
    expect(called.slice(0, 2)).toEqual(['GetJobByName', 'GetInstanceByName']);
  });

  it('has the status of jobs as the daemon has it', async () => {
    const { bus, called } = client(new FakeDaemon(ANSWERS));
    expect(await bus.call('status', TARGET)).toEqual(STATUS);
    expect(called).toEqual(['GetJobByName', 'GetInstance', 'Get', 'GetAll']);
    expect(await bus.call('list', {})).toEqual([STATUS]);
  });

  it('has definitions, but for their files', async () => {
    const { bus } = client(new FakeDaemon(ANSWERS));
    for (const job of [null, CONFIG.job]) expect(await bus.call('config', { job })).toEqual([{ ...CONFIG, path: '' }]);
  });

  it('shows a job without an instance as stopped, unless variables name one', async () => {
    const status = (): never => {
      throw upstartError('unknown-instance', '');
    };
    const { bus } = client(new FakeDaemon({ ...ANSWERS, status }));
    expect(await bus.call('status', { job: CONFIG.job, env: [] })).toEqual({ job: CONFIG.job, instances: [] });
    await expect(bus.call('status', TARGET)).rejects.toMatchObject({
      code: 'unknown-instance',
      message: 'Unknown instance: ',
    });
  });

  it('fails with the texts and the codes of the daemon', async () => {
    const config = (): never => {
      throw upstartError('unknown-job', 'nope');
    };
    const { bus } = client(new FakeDaemon({ ...ANSWERS, config }));
    await expect(bus.call('start', { ...TARGET, wait: true })).rejects.toMatchObject({
      ...{ name: 'UpstartError', code: 'unknown-job', message: 'Unknown job: nope' },
    });
  });

  it('fails when a property has another type than it should', async () => {
    const paths: Record<string, Value> = { GetJobByName: '/j', GetInstance: '/i' };
    for (const processes of [7, 'x', []] as Value[]) {
      const types = { number: 'u', string: 's', object: 'as' }[typeof processes as string] as string;
      const all = received({
        ...{ type: MESSAGE_TYPES.reply, replySerial: 1, signature: 'a{sv}' },
        ...{ body: [[['processes', [types, processes]]]] },
      }).args();
      const one = received({
        ...{ type: MESSAGE_TYPES.reply, replySerial: 1, signature: 'v', body: [['s', 'job']] },
      }).args();
      const call = async ({ member }: Called): Promise<readonly Value[]> =>
        member === 'GetAll' ? all : member === 'Get' ? one : [paths[member] as Value];
      const bus = new BusClient({ call } as unknown as BusCaller, () => Promise.reject(new Error('none')));
      await expect(bus.call('status', TARGET)).rejects.toThrow('Invalid arguments received in reply');
    }
  });

  it('is given up when its time is over', async () => {
    const { bus } = client(new FakeDaemon({ ...ANSWERS, emit: () => new Promise(() => {}) }));
    const late = bus.call('emit', { name: 'go', env: [], wait: true }, { timeoutMs: 1 });
    await expect(late).rejects.toThrow('No answer to emit within 1 ms');
  });

  it('goes to the own socket of the daemon where D-Bus has no call for it', async () => {
    const natively = new FakeDaemon({ list: () => [], explainEvent: () => [] });
    const { bus, called } = client(new FakeDaemon(ANSWERS), async () => natively.client());
    await bus.call('explainEvent', { name: 'go' });
    await bus.call('list', { details: true });
    expect(natively.calls.map(([method]) => method)).toEqual(['explainEvent', 'list']);
    expect(called).toEqual([]);
    const alone = client(new FakeDaemon(ANSWERS)).bus;
    await expect(alone.call('explainEvent', { name: 'go' })).rejects.toThrow('none');
  });
});
