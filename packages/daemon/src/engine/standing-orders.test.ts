import { describe, expect, it } from 'vitest';
import type { Command } from '../process-messages.ts';
import { TestWorld } from './test-world.ts';

const SERVICE = 'respawn\nexec main\n';

function commandsOf({ effects }: TestWorld, ...types: Command['type'][]): Command[] {
  return effects.flatMap((effect) =>
    effect.type === 'command' && types.includes(effect.command.type) ? [effect.command] : [],
  );
}

/** A world in which the job runs. */
function running(text: string, settings: ConstructorParameters<typeof TestWorld>[0] = {}): TestWorld {
  const world = new TestWorld(settings);
  world.job('job', text);
  world.start('job');
  expect(world.status('job')).toBe('job start/running');
  return world;
}

/** The order that holds for the end of the job's main process; 0: none. */
function orderOf(world: TestWorld): number {
  return world.process('main').again;
}

describe('a standing order', () => {
  it('has the next process run before the state machine knows of the end, which goes its usual way', () => {
    const world = running(SERVICE);
    const order = orderOf(world);
    expect(order).toBeGreaterThan(0);
    const begin = world.effects.length;
    world.exit(world.process('main'), 1);
    expect(world.process('main').token).toBe(order);
    expect(world.status('job')).toBe('job start/running');
    expect(commandsOf(world, 'spawn')).toHaveLength(1);
    const texts = world.effects.slice(begin).flatMap((effect) => (effect.type === 'state' ? [effect.to] : []));
    expect(texts).toEqual([
      'stopping',
      'killed',
      'post-stopping',
      'post-stop',
      'starting',
      'security-spawning',
      'security',
      'pre-starting',
      'pre-start',
      'spawning',
      'spawned',
      'post-starting',
      'post-start',
      'running',
    ]);
    expect(world.events().slice(-3)).toEqual(['stopping job  ok', 'starting job ', 'started job '].map(withNames));
    expect(orderOf(world), 'there is another one for the next end').toBeGreaterThan(order);
  });

  it('is not given where the end decides what comes, or something has to run or to be made ready first', () => {
    const texts = [
      'exec main\n',
      `${SERVICE}task\n`,
      `${SERVICE}normal exit 0\n`,
      `${SERVICE}expect stop\n`,
      `${SERVICE}post-stop exec after\n`,
      `${SERVICE}pre-start exec before\n`,
      `${SERVICE}post-start exec beside\n`,
      `${SERVICE}cgroup cpu\n`,
    ];
    for (const text of texts) {
      const world = new TestWorld();
      world.job('job', text);
      world.start('job');
      if (text.includes('before')) world.exit(world.process('before'));
      if (text.includes('beside')) world.exit(world.process('beside'));
      if (text.includes('expect')) {
        const { token, pid } = world.process('main');
        world.report({ type: 'stopped', process: token, pid, signal: 19 });
      }
      expect(world.status('job'), text).toBe('job start/running');
      expect(orderOf(world), text).toBe(0);
    }
    expect(orderOf(running(SERVICE, { jobCgroups: true }))).toBe(0);
    expect(orderOf(running(`${SERVICE}pre-stop exec before\n`)), 'no respawn runs pre-stop').toBeGreaterThan(0);
  });

  it('is not given where somebody listens to what comes between', () => {
    for (const condition of [
      'stopping',
      'starting job',
      'stopping JOB=j*',
      'stopping RESULT=ok',
      'starting INSTANCE=',
    ]) {
      const world = new TestWorld();
      world.job('other', `stop on ${condition}\n`);
      world.job('job', SERVICE);
      world.start('job');
      expect(orderOf(world), condition).toBe(0);
    }
    for (const condition of ['stopping RESULT=failed', 'starting another', 'stopped job', 'started']) {
      const world = new TestWorld();
      world.job('other', `stop on ${condition}\n`);
      world.job('job', SERVICE);
      world.start('job');
      expect(orderOf(world), condition).toBeGreaterThan(0);
    }
  });

  it('is taken back when somebody begins to listen', () => {
    const world = running(SERVICE);
    world.job('before', 'task\nstart on starting job\nexec before\n');
    expect(orderOf(world)).toBe(0);
    world.exit(world.process('main'));
    expect(world.commands()).toEqual(['before']);
    world.exit(world.process('before'));
    expect(world.commands()).toEqual(['main']);
    world.job('before', 'start on nothing\n');
    world.exit(world.process('main'));
    expect(orderOf(world)).toBeGreaterThan(0);
  });

  it('is not given for the end that would be one too many', () => {
    const world = running(`${SERVICE}respawn limit 2 10\n`);
    for (const respawns of [1, 2]) {
      expect(orderOf(world), `before respawn ${respawns}`).toBeGreaterThan(0);
      world.exit(world.process('main'));
    }
    expect(orderOf(world)).toBe(0);
    world.exit(world.process('main'));
    expect(world.status('job')).toBe('job stop/waiting');
    expect(world.processes.size).toBe(0);
  });

  it('is given again when the window of the limit is over by the time that the job comes to run', () => {
    const world = running(`${SERVICE}respawn limit 1 10\n`);
    world.exit(world.process('main'));
    expect(orderOf(world)).toBe(0);
    world.wait(11_000);
    world.exit(world.process('main'));
    expect(orderOf(world)).toBe(0);
    expect(world.status('job')).toBe('job start/running');
  });

  it('is taken back before a stop is sent on its way, and given again if the job goes on', () => {
    const world = running(`${SERVICE}pre-stop exec before\n`);
    const main = world.process('main');
    const first = main.again;
    world.stop('job');
    expect(main.again).toBe(0);
    world.start('job');
    world.exit(world.process('before'));
    expect(world.status('job')).toBe('job start/running');
    expect(main.again).toBeGreaterThan(first);
    world.stop('job');
    world.exit(world.process('before'));
    expect(commandsOf(world, 'not-again', 'signal').map(({ type }) => type)).toEqual([
      'not-again',
      'not-again',
      'signal',
    ]);
    world.exit(main, 0, 15);
    expect([world.status('job'), world.processes.size]).toEqual(['job stop/waiting', 0]);
  });

  it('that crosses with a stop leaves nothing behind', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.again;
    world.stop('job');
    // It had ended before.
    main.again = order;
    world.exit(main, 1);
    expect(world.status('job')).toBe('job stop/waiting');
    expect(commandsOf(world, 'signal').at(-1)).toMatchObject({ process: order, signal: 9, group: true });
    expect(world.processes.size).toBe(0);
  });

  it('ends where the next process needs another environment, which it gets', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.again;
    world.request({ method: 'setEnv', target: { job: 'job', instance: '' }, vars: ['A=1'], replace: true });
    expect(main.again).toBe(0);
    // It had ended before, and what runs in its place does not know of the variable.
    main.again = order;
    world.exit(main);
    expect(commandsOf(world, 'signal').at(-1)).toMatchObject({ process: order, signal: 9 });
    expect(world.process('main').spec.env).toContain('A=1');
    expect(world.commands()).toEqual(['main']);
    expect(orderOf(world), 'the new process is what a respawn needs').toBeGreaterThan(0);
  });

  it('of which nothing came is none', () => {
    const world = running(SERVICE);
    world.process('main').again = 0;
    world.exit(world.process('main'));
    expect(world.status('job')).toBe('job start/running');
    expect(commandsOf(world, 'spawn')).toHaveLength(2);
  });

  it('whose process cannot be started is tried again like any other', () => {
    const world = running(SERVICE);
    world.obeys = false;
    world.exit(world.process('main'));
    world.failToSpawn(world.process('main'), 'fork', 11);
    world.obeys = true;
    world.wait(1000);
    expect(world.status('job')).toBe('job start/running');
    expect(orderOf(world)).toBeGreaterThan(0);
  });

  it('is taken back at the end of a session', () => {
    const world = running(SERVICE);
    world.input({ type: 'quiesce', reason: 'logout' });
    expect(orderOf(world)).toBe(0);
    world.exit(world.process('main'), 0, 15);
    expect(world.processes.size).toBe(0);
  });
});

/** An event as its variables say it. */
function withNames(text: string): string {
  const [name, job, result] = text.split(' ');
  return [name, `JOB=${job}`, 'INSTANCE=', ...(name === 'stopping' ? [`RESULT=${result || 'ok'}`] : [])].join(' ');
}
