import { describe, expect, it } from 'vitest';
import { MAX_LEASE_MS, MIN_LEASE_MS } from './leases.ts';
import type { Method } from './messages.ts';
import { MAX_BY, MAX_SIGNAL } from './request-parts.ts';
import { MAX_KEY_LENGTH, parseRequest, requestId } from './requests.ts';

const target = { job: 'web', env: ['A=1'] };
const TARGET = {
  ...{ name: 'a', state: 'retrying', reason: 'why' },
  ...{ sentLines: 1, droppedBytes: 0, failures: 2, backlogBytes: 3 },
};
const byName = { job: 'web', instance: '' };
const terminal = { out: true, err: false, columns: 80 };
const run = { argv: ['status', 'web'], cwd: '/', env: { HOME: '/root' }, terminal };

/** For each method: params that are right, and wrong ones with their errors. */
const table: Record<Method, { good: object[]; bad: [object | null | undefined, string][] }> = {
  hello: {
    good: [{ version: 1, client: 'me' }],
    bad: [
      [{ client: 'me' }, 'params.version must be a whole number from 0'],
      [{ version: -1, client: 'me' }, 'params.version must be a whole number from 0'],
      [{ version: 1.5, client: 'me' }, 'params.version must be a whole number from 0'],
      [{ version: 1, client: 7 }, 'params.client must be a string'],
    ],
  },
  version: { good: [{}], bad: [[null, 'params must be a map']] },
  list: {
    good: [{}, { job: 'web' }],
    bad: [
      [[], 'params must be a map'],
      [{ job: 1 }, 'params.job must be a string'],
    ],
  },
  status: {
    good: [target, byName],
    bad: [
      [{ job: 'web' }, 'params.env must be a list'],
      [{ job: 'web', env: ['A=1', 2] }, 'params.env[1] must be a string'],
      [{ env: [] }, 'params.job must be a string'],
      [{ job: 'a\0b', env: [] }, 'params.job must be without NUL characters'],
      [{ job: 'web', instance: null }, 'params.instance must be a string'],
    ],
  },
  start: {
    good: [
      { ...target, wait: true },
      { ...byName, wait: false },
      { ...target, wait: true, from: byName },
    ],
    bad: [
      [target, 'params.wait must be true or false'],
      [{ ...target, wait: true, from: { job: 'web' } }, 'params.from.instance must be a string'],
    ],
  },
  stop: {
    good: [
      { ...target, wait: true },
      { ...byName, wait: false, force: true },
    ],
    bad: [
      [{ ...byName, wait: 1 }, 'params.wait must be true or false'],
      [{ ...byName, wait: true, force: 1 }, 'params.force must be true or false'],
    ],
  },
  restart: { good: [{ ...target, wait: true }], bad: [[{ wait: true }, 'params.job must be a string']] },
  reload: { good: [target, byName], bad: [[undefined, 'params must be a map']] },
  kill: {
    good: [
      { ...target, signal: 1, hook: false },
      { ...byName, signal: MAX_SIGNAL, hook: true },
    ],
    bad: [
      [{ ...target, hook: true }, 'params.signal must be a whole number from 0'],
      [{ ...target, signal: 0, hook: true }, 'params.signal must be from 1 to 64'],
      [{ ...target, signal: 65, hook: true }, 'params.signal must be from 1 to 64'],
      [{ ...target, signal: 1 }, 'params.hook must be true or false'],
    ],
  },
  emit: {
    good: [
      { name: 'e', env: ['a\udcff'], wait: false },
      { name: 'e', env: [], wait: true, from: byName },
      { name: 'socket', env: [], wait: true, socket: 'stream:01002f7800' },
      { name: 'e', env: [], wait: true, only: { args: [] } },
      { name: 'e', env: [], wait: true, only: { args: ['A=1'], job: 'web' } },
      { name: 'e', env: [], wait: true, by: 'cluster host web1', place: { feed: 'main', sequence: 1 } },
      { name: 'e', env: [], wait: true, by: 'x'.repeat(MAX_BY) },
    ],
    bad: [
      [{ name: 'e', env: 'A=1', wait: true }, 'params.env must be a list'],
      [{ name: 'e', env: [], wait: true, only: 'web' }, 'params.only must be a map'],
      [{ name: 'e', env: [], wait: true, only: { job: 'web' } }, 'params.only.args must be a list'],
      [{ name: 'e', env: [], wait: true, only: { args: [], job: 1 } }, 'params.only.job must be a string'],
      [{ name: 'e', env: [], wait: true, by: '' }, 'params.by must be 1 to 200 printable characters long'],
      [{ name: 'e', env: [], wait: true, by: 'x'.repeat(201) }, 'params.by must be 1 to 200 printable characters long'],
      [{ name: 'e', env: [], wait: true, by: 'a\nb' }, 'params.by must be 1 to 200 printable characters long'],
      [
        { name: 'e', env: [], wait: true, place: { feed: 'a', sequence: 0 } },
        'params.place.sequence must be a whole number from 1',
      ],
      [{ name: 'e', env: [], wait: true, place: { sequence: 1 } }, 'params.place.feed must be a string'],
    ],
  },
  outgoing: { good: [{}], bad: [[null, 'params must be a map']] },
  outgoingSent: {
    good: [{ upTo: 7, dropped: 0 }],
    bad: [
      [{ dropped: 0 }, 'params.upTo must be a whole number from 0'],
      [{ upTo: 7, dropped: -1 }, 'params.dropped must be a whole number from 0'],
    ],
  },
  feed: { good: [{ feed: 'main' }], bad: [[{}, 'params.feed must be a string']] },
  listen: {
    good: [{ sockets: [] }, { sockets: ['stream:01002f7800'] }],
    bad: [[{ sockets: [1] }, 'params.sockets[0] must be a string']],
  },
  awaitConnection: {
    good: [{ socket: 'stream:01002f7800', newOnly: true }],
    bad: [[{ socket: 'stream:01002f7800' }, 'params.newOnly must be true or false']],
  },
  config: { good: [{ job: null }, { job: 'web' }], bad: [[{}, 'params.job must be a string']] },
  brokenFiles: { good: [{}], bad: [['x' as unknown as object, 'params must be a map']] },
  reloadConfiguration: { good: [{}], bad: [[null, 'params must be a map']] },
  explain: { good: [{ job: 'web' }], bad: [[{ job: null }, 'params.job must be a string']] },
  timers: { good: [{ job: null }, { job: 'web' }], bad: [[{}, 'params.job must be a string']] },
  troubles: { good: [{}], bad: [[null, 'params must be a map']] },
  explainEvent: { good: [{ name: 'runlevel' }], bad: [[{}, 'params.name must be a string']] },
  getLogPriority: { good: [{}], bad: [[null, 'params must be a map']] },
  setLogPriority: { good: [{ priority: 'loud' }], bad: [[{}, 'params.priority must be a string']] },
  getEnv: {
    good: [
      { target: null, name: 'A' },
      { target: byName, name: 'A' },
    ],
    bad: [
      [{ name: 'A' }, 'params.target must be a map'],
      [{ target: { job: 'web' }, name: 'A' }, 'params.target.instance must be a string'],
    ],
  },
  listEnv: { good: [{ target: null }], bad: [[{ target: 'web' }, 'params.target must be a map']] },
  setEnv: {
    good: [{ target: null, vars: ['A=1'], replace: true }],
    bad: [[{ target: null, vars: [null], replace: true }, 'params.vars[0] must be a string']],
  },
  unsetEnv: { good: [{ target: null, names: [] }], bad: [[{ target: null }, 'params.names must be a list']] },
  resetEnv: { good: [{ target: byName }], bad: [[{}, 'params.target must be a map']] },
  sources: { good: [{}], bad: [[null, 'params must be a map']] },
  leases: { good: [{}], bad: [[null, 'params must be a map']] },
  grantLease: {
    good: [
      { lease: 3, token: 1, deadlineMs: 5000, ttlMs: MIN_LEASE_MS },
      { lease: 3, token: 1, deadlineMs: 5000, ttlMs: MAX_LEASE_MS },
      { lease: 3, token: 1, deadlineMs: 5000, ttlMs: MAX_LEASE_MS, from: 'db1' },
    ],
    bad: [
      [{ lease: 3, token: 0, deadlineMs: 5000, ttlMs: MIN_LEASE_MS }, 'params.token must be from 1'],
      [{ lease: 3, token: 1, deadlineMs: 0.5, ttlMs: MIN_LEASE_MS }, 'params.deadlineMs must be a whole number from 0'],
      [{ lease: 3, token: 1, deadlineMs: 5, ttlMs: MIN_LEASE_MS - 1 }, 'params.ttlMs must be from 2000 to 3600000'],
      [{ lease: 3, token: 1, deadlineMs: 5, ttlMs: MAX_LEASE_MS + 1 }, 'params.ttlMs must be from 2000 to 3600000'],
      [
        { lease: 3, token: 1, deadlineMs: 5, ttlMs: MAX_LEASE_MS, from: 'a\nb' },
        'params.from must be 1 to 200 printable characters long',
      ],
    ],
  },
  endLease: {
    good: [{ lease: 3, handOver: true, reason: 'drained' }],
    bad: [[{ lease: 3, handOver: 1, reason: 'drained' }, 'params.handOver must be true or false']],
  },
  tellLeaseHolder: {
    good: [
      { lease: 3, holder: 'db1' },
      { lease: 3, holder: null },
    ],
    bad: [[{ lease: 3 }, 'params.holder must be a string']],
  },
  registerSources: {
    good: [{ version: '1', pid: 2, managed: true, sources: [{ name: 'file', state: 'failed', reason: 'why' }] }],
    bad: [
      [{ version: '1', pid: 2, managed: true, sources: {} }, 'params.sources must be a list'],
      [
        { version: '1', pid: 2, managed: true, sources: [{ name: 'file', state: 'odd', reason: null }] },
        'params.sources[0].state must be idle, running, failed',
      ],
    ],
  },
  numbers: { good: [{}], bad: [[null, 'params must be a map']] },
  jobNumbers: { good: [{}], bad: [[null, 'params must be a map']] },
  logTargets: { good: [{}], bad: [[null, 'params must be a map']] },
  registerLogShipper: {
    good: [{ version: '1', pid: 2, managed: true, targets: [TARGET, { ...TARGET, since: 4, isFull: true }] }],
    bad: [
      [{ version: '1', pid: 2, managed: true }, 'params.targets must be a list'],
      [
        { version: '1', pid: 2, managed: true, targets: [{ ...TARGET, state: 'odd' }] },
        'params.targets[0].state must be running, retrying, failed',
      ],
      [
        { version: '1', pid: 2, managed: true, targets: [{ ...TARGET, since: 'today' }] },
        'params.targets[0].since must be a whole number from 0',
      ],
      [
        { version: '1', pid: 2, managed: true, targets: [{ ...TARGET, isFull: 1 }] },
        'params.targets[0].isFull must be true or false',
      ],
      [
        { version: '1', pid: 2, managed: true, targets: [{ ...TARGET, sentLines: -1 }] },
        'params.targets[0].sentLines must be a whole number from 0',
      ],
    ],
  },
  notifyDiskWriteable: { good: [{}], bad: [[null, 'params must be a map']] },
  notifyDBusAddress: { good: [{ address: 'x' }], bad: [[{ address: [] }, 'params.address must be a string']] },
  notifyCGroupManagerAddress: { good: [{ address: 'x' }], bad: [[{}, 'params.address must be a string']] },
  endSession: { good: [{}], bad: [[null, 'params must be a map']] },
  reexecute: { good: [{}], bad: [[null, 'params must be a map']] },
  history: {
    good: [
      { job: null, sinceMs: 0, after: null, limit: 100 },
      { job: 'web', sinceMs: 1, after: 7, limit: 1 },
    ],
    bad: [
      [{ job: 1, sinceMs: 0, after: null, limit: 1 }, 'params.job must be a string'],
      [{ job: null, sinceMs: 0, after: -1, limit: 1 }, 'params.after must be a whole number from 0'],
      [{ job: null, sinceMs: 0, after: null }, 'params.limit must be a whole number from 0'],
    ],
  },
  logPath: { good: [target, byName], bad: [[{}, 'params.job must be a string']] },
  watch: { good: [{}], bad: [[null, 'params must be a map']] },
  run: {
    good: [run],
    bad: [
      [{ ...run, argv: [] }, 'params.argv must be a list of 1 or more'],
      [{ ...run, cwd: 1 }, 'params.cwd must be a string'],
      [{ ...run, env: { HOME: 1 } }, 'params.env.HOME must be a string'],
      [{ ...run, env: ['HOME=/'] }, 'params.env must be a map'],
      [{ ...run, terminal: { ...terminal, columns: '80' } }, 'params.terminal.columns must be a whole number from 0'],
      [{ ...run, terminal: null }, 'params.terminal must be a map'],
    ],
  },
};

describe('parseRequest', () => {
  for (const [method, { good, bad }] of Object.entries(table)) {
    it(`takes ${method} as it should be and says what is wrong with another`, () => {
      for (const params of good) {
        expect(parseRequest({ id: 1, method, params })).toEqual({ id: 1, method, params });
        expect(parseRequest({ id: 1, method, params: { ...params, extra: 1 } }).params).toEqual(params);
      }
      for (const [params, message] of bad) {
        expect(() => parseRequest({ id: 1, method, params }), JSON.stringify(params)).toThrow(
          `Invalid request: ${message}`,
        );
      }
    });
  }

  it('refuses what is no request', () => {
    const refused: [unknown, string][] = [
      [null, 'the request must be a map'],
      [[1], 'the request must be a map'],
      [{ method: 'list', params: {} }, 'id must be a whole number from 0'],
      [{ id: 2 ** 60, method: 'list', params: {} }, 'id must be a whole number from 0'],
      [{ id: 1, params: {} }, 'method must be a string'],
      [{ id: 1, method: 'fly', params: {} }, 'there is no method fly'],
      [{ id: 1, method: 'constructor', params: {} }, 'there is no method constructor'],
      [{ id: 1, method: 'list', params: {}, key: 5 }, 'key must be a string'],
      [{ id: 1, method: 'list', params: {}, key: '' }, 'key must be 1 to 256 characters long'],
      [{ id: 1, method: 'list', params: {}, key: 'k'.repeat(MAX_KEY_LENGTH + 1) }, 'key must be 1 to 256 characters'],
    ];
    for (const [frame, message] of refused) expect(() => parseRequest(frame)).toThrow(`Invalid request: ${message}`);
    const key = 'k'.repeat(MAX_KEY_LENGTH);
    expect(parseRequest({ id: 0, method: 'list', params: {}, key })).toEqual({
      id: 0,
      method: 'list',
      params: {},
      key,
    });
  });

  it('does not take fields from a prototype', () => {
    expect(() => parseRequest({ id: 1, method: 'status', params: Object.create(target) })).toThrow('params.job');
  });
});

describe('requestId', () => {
  it('is what the answer to a bad request goes to', () => {
    expect([{ id: 3 }, { id: 'x' }, { id: -1 }, null, 5].map(requestId)).toEqual([3, 0, 0, 0, 0]);
  });
});
