import { describe, expect, it } from 'vitest';
import { TestWorld } from '../engine/testing/world.ts';
import { openLog } from '../log/log.ts';
import { describeEffect } from './describe.ts';

interface Line {
  msg: string;
  [field: string]: unknown;
}

/** The lines of the JSON log on what happened in a world, without the fields that each line has. */
async function logged(world: TestWorld): Promise<Line[]> {
  const lines: Line[] = [];
  const print = (line: string): void => {
    const { level, time, program, ...fields } = JSON.parse(line);
    lines.push(fields);
  };
  const log = await openLog('init', 'json', 'debug', { print });
  for (const effect of world.effects) describeEffect(effect, log, null);
  return lines;
}

/** A job with an instance that was started, became another process, and crashed. */
function crashed(): TestWorld {
  const world = new TestWorld();
  world.job('web', 'instance $N\nexpect fork\nexec main\npre-start exec before\n');
  world.start('web', 'N=one');
  world.exit(world.process('before'));
  const { token, pid } = world.process('main');
  world.report({ type: 'forked', process: token, oldPid: pid, pid: 900 });
  world.report({ type: 'expect-met', process: token, pid: 900 });
  world.exit(world.process('main'), 1);
  return world;
}

describe('the fields of the JSON log', () => {
  const web = { job: 'web', instance: 'one' };

  it('name the instance, its process and its state', async () => {
    const lines = await logged(crashed());
    expect(lines).toContainEqual({
      msg: 'web (one) pre-start process (100)',
      ...web,
      slot: 'pre-start',
      pid: 100,
    });
    expect(lines).toContainEqual({
      msg: 'web (one) main process (101) became new process (900)',
      ...web,
      state: 'spawned',
      slot: 'main',
      pid: 900,
    });
    expect(lines).toContainEqual(expect.objectContaining({ ...web, state: 'running', slot: 'main' }));
  });

  it('have the new goal or state of a change', async () => {
    const lines = await logged(crashed());
    expect(lines).toContainEqual({ msg: 'web (one) goal changed from stop to start', ...web, goal: 'start' });
    expect(lines).toContainEqual({
      msg: 'web (one) state changed from waiting to starting',
      ...web,
      state: 'starting',
    });
  });

  it('name the event', async () => {
    const lines = await logged(crashed());
    for (const word of ['Pending', 'Handling', 'Finished'])
      expect(lines).toContainEqual({ msg: `${word} starting event`, event: 'starting' });
  });

  it('name the job in each line whose text does', async () => {
    const lines = await logged(crashed());
    const about = lines.filter(({ msg }) => msg.includes('web'));
    expect(about.length).toBeGreaterThan(10);
    expect(about.filter(({ job, instance }) => job !== 'web' || instance !== 'one')).toEqual([]);
  });

  it('name the job whose instance cannot be named', async () => {
    const world = new TestWorld();
    world.job('web', 'start on go\ninstance $N\nexec main\n');
    world.emit('go');
    const lines = await logged(world);
    expect(lines.filter(({ job }) => job === 'web')).toEqual([
      { msg: expect.stringMatching(/^Failed to obtain web instance: /), job: 'web' },
    ]);
  });
});
