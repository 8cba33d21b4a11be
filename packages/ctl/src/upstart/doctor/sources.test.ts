import type { SourceStatus } from '@upstart/protocol';
import { expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { sources } from './sources.ts';

const RUNS: SourceStatus = { name: 'file', state: 'running', reason: null, provider: 'init', jobs: ['web'] };

async function found(statuses: readonly SourceStatus[] | undefined, session = false): Promise<Finding[]> {
  const about = { pid: 1, version: '1', configs: [], broken: [] };
  const init = statuses ? { ...about, sources: statuses } : about;
  return sources.run({ env: {}, session, folder: null, silence: null, lib: '', init });
}

it('says nothing where no job needs a source, nor of an older init', async () => {
  expect(await found([{ ...RUNS, jobs: [] }])).toEqual([]);
  expect(await found(undefined)).toEqual([]);
});

it.each<[Partial<SourceStatus>, Finding]>([
  [{}, { status: 'ok', text: 'file, which web needs, is run by init', advice: null }],
  [
    { reason: 'web accepts nothing' },
    { status: 'warning', text: 'file, which web needs, is run by init: web accepts nothing', advice: null },
  ],
  [{ state: 'starting' }, { status: 'ok', text: 'file, which web needs, is about to start', advice: null }],
  [
    { provider: 'upstart-file-bridge', jobs: ['a', 'b'] },
    { status: 'ok', text: 'file, which a and b need, is run by the job upstart-file-bridge', advice: null },
  ],
  [
    { provider: 'upstart-file-bridge', state: 'off' },
    {
      status: 'warning',
      text: 'file, which web needs, is left to the job upstart-file-bridge, which does not run it',
      advice: 'start it: upstart start upstart-file-bridge',
    },
  ],
  [
    { provider: null, state: 'off', reason: 'init was started with --no-sources' },
    {
      status: 'warning',
      text: 'file, which web needs, does not run: init was started with --no-sources',
      advice: 'start init without --no-sources, or run it by hand: upstart-bridge file',
    },
  ],
  [
    { name: 'cluster', jobs: [], reason: 'no connection to the cluster' },
    {
      status: 'warning',
      text: 'cluster, which `fleet` in cluster.conf needs, is run by init: no connection to the cluster',
      advice: null,
    },
  ],
  [
    { name: 'dbus', state: 'failed', reason: 'Could not connect to D-Bus: No such file or directory' },
    {
      status: 'problem',
      text: 'dbus, which web needs, has failed: Could not connect to D-Bus: No such file or directory',
      advice: 'start the bus (dbus-daemon), or correct its address; it is tried again, less and less often',
    },
  ],
])('a source with %j', async (fields, finding) => {
  expect(await found([{ ...RUNS, ...fields }])).toEqual([finding]);
});

it.each([
  [['a', 'b', 'c'], 'a, b and c need'],
  [['a', 'b', 'c', 'd'], 'a, b, c and another one need'],
  [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 others need'],
])('%j need it', async (jobs, words) => {
  expect((await found([{ ...RUNS, jobs }]))[0]?.text).toContain(`which ${words}, `);
});

it.each([true, false])("names the command for an init that is a session's: %s", async (session) => {
  const [finding] = await found([{ ...RUNS, provider: null, state: 'off' }], session);
  expect(finding?.advice?.includes('--user')).toBe(session);
});
