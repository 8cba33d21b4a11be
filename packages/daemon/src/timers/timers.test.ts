import { expect, it } from 'vitest';
import { TestWorld } from '../engine/testing/world.ts';
import { timersOf } from './timers.ts';

const NOW = Date.parse('2026-11-29T12:01:00Z');

it('lists the timers of all conditions, the next one first', async () => {
  const world = new TestWorld();
  world.job('daily', 'start on timer AT=03:00 ZONE=UTC or started x\nstop on timer EVERY=1h\ntask\nexec a\n');
  world.job('often', 'start on (timer EVERY=5m and x)\nrestart on timer EVRY=5m\nexec b\n');
  world.job('never', 'start on timer CRON="0 0 30 2 *"\nexec c\n');
  world.job('none', 'start on startup\nexec d\n');
  const at = (time: string): number => Date.parse(time);
  const timers = await timersOf(world.engine.state.classes.values(), NOW);
  expect(timers).toEqual([
    { job: 'often', stanza: 'start on', args: ['EVERY=5m'], ...both(at('2026-11-29T12:05:00Z')), fault: null },
    { job: 'daily', stanza: 'stop on', args: ['EVERY=1h'], ...both(at('2026-11-29T13:00:00Z')), fault: null },
    {
      ...{ job: 'daily', stanza: 'start on', args: ['AT=03:00', 'ZONE=UTC'] },
      ...both(at('2026-11-30T03:00:00Z')),
      fault: null,
    },
    { job: 'never', stanza: 'start on', args: ['CRON=0 0 30 2 *'], ...both(null), fault: 'no such day' },
    { job: 'often', stanza: 'restart on', args: ['EVRY=5m'], ...both(null), fault: 'a timer has no EVRY=' },
  ]);
});

it('adds what RANDOM adds', async () => {
  const world = new TestWorld();
  world.job('job', 'start on timer AT=12:02 ZONE=UTC RANDOM=10m\nexec a\n');
  const [timer] = await timersOf(world.engine.state.classes.values(), NOW);
  expect(timer!.next! - timer!.due!).toBeGreaterThanOrEqual(0);
  expect(timer!.next! - timer!.due!).toBeLessThan(600_000);
});

const both = (ms: number | null) => ({ due: ms, next: ms });
