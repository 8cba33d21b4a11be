import { expect, it } from 'vitest';
import { LeaseKeeper } from './keeper.ts';
import type { LeaseStore } from './ports.ts';

it('takes nothing before it is known whether its host is drained', () => {
  const own = { name: 'a', labels: {}, keeper: 'a-1', ttlMs: 5000 };
  const puts: string[] = [];
  const store: LeaseStore = {
    get: (_key, done) => done({ record: null, revision: 0 }),
    put: (key, record) => void puts.push(`${key} ${record.holder}`),
    watch: () => () => {},
  };
  const clock = { nowMs: () => 1000, after: () => () => {} };
  const user = { grant() {}, end() {}, tell() {} };
  for (const isDrained of [true, false]) {
    const keeper = new LeaseKeeper({ host: own, store, user, clock }, false);
    keeper.update([{ lease: 1, name: 'web', most: 1, prefer: [], state: 'awaited', token: 0, deadlineMs: 0 }]);
    expect(puts).toEqual([]);
    keeper.drain(isDrained ? 'an administrator' : null);
    expect(puts.splice(0)).toEqual(isDrained ? [] : ['lease.web.0 a']);
    keeper.stop();
  }
});
