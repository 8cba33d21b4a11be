import { deserialize, serialize } from 'node:v8';
import { parseJob } from '@upstart/job-language';
import type { SimulatedAction } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { held } from '../engine/testing/leases.ts';
import { TEST_SETTINGS } from '../engine/testing/world.ts';
import { freshState, simulate } from './plan.ts';

it('gives each job its lease, as nobody else is there', () => {
  const edits = [parseJob('cluster one\nexec db\n', { name: 'db', path: 'db.conf' })];
  const actions: SimulatedAction[] = [{ type: 'start', job: 'db', env: [] }];
  const { stuck, assumed } = simulate(
    freshState(TEST_SETTINGS),
    { actions, edits, exits: {} },
    { nowMs: 0, wallMs: 0 },
  );
  expect(stuck).toEqual([]);
  expect(assumed).toContain('Jobs with `cluster` get their leases at once.');
});

it('lets a job that runs keep its lease', () => {
  const world = held('');
  const state = deserialize(serialize(world.engine.state));
  const actions: SimulatedAction[] = [{ type: 'emit', name: 'other', env: [] }];
  const { stuck, changes } = simulate(state, { actions, edits: [], exits: {} }, { nowMs: world.now, wallMs: 0 });
  expect([stuck, changes.filter(({ kind }) => kind === 'state')]).toEqual([[], []]);
});
