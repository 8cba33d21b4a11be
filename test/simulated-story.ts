/** The story that jobs tell in a simulation. */
import { TEST_SETTINGS } from '../packages/daemon/src/engine/testing/world.ts';
import { freshState, simulate } from '../packages/daemon/src/simulation/plan.ts';
import type { JobDefinition } from '../packages/job-language/src/job-definition.ts';

/** The events of a boot, of a start and of a stop, by which jobs that say the same tell the same story. */
const EVENTS = [
  'filesystem',
  'static-network-up',
  'mounted MOUNTPOINT=/srv/data',
  'control-alt-delete',
  'timer EVERY=5m',
];

export function storyOf(definitions: readonly JobDefinition[]): unknown {
  const emit = (text: string) => {
    const [name = '', ...env] = text.split(' ');
    return { type: 'emit', name, env } as const;
  };
  const request = (type: 'start' | 'stop') => ({ type, job: 'db', env: [] as string[] });
  const actions = [
    { type: 'boot' } as const,
    ...EVENTS.map(emit),
    emit('runlevel RUNLEVEL=5'),
    request('stop'),
    request('start'),
    emit('runlevel RUNLEVEL=0'),
  ];
  const plan = { actions, edits: definitions, exits: {} };
  const { changes, stuck, ending, never } = simulate(freshState(TEST_SETTINGS), plan, {
    nowMs: 1000,
    wallMs: 1_700_000_000_000,
  });
  return { changes, stuck, ending, never: never.map(({ job }) => job) };
}
