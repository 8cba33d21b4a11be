/** When a standing order is given for the respawn of a job, and when it is withdrawn. */
import { STATES } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { commandsOf, orderOf, running, SERVICE } from '../testing/standing-orders.ts';
import { TestWorld } from '../testing/world.ts';

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
    const [up, down] = [STATES.indexOf('running'), STATES.indexOf('stopping')];
    expect(texts).toEqual([...STATES.slice(down), ...STATES.slice(1, up + 1)]);
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

  it('is withdrawn when somebody begins to listen', () => {
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

  it('is withdrawn before a stop is sent on its way, and given again if the job continues', () => {
    const world = running(`${SERVICE}pre-stop exec before\n`);
    const main = world.process('main');
    const first = main.standingOrder;
    world.stop('job');
    expect(main.standingOrder).toBe(0);
    world.request({ method: 'start', target: { job: 'job', instance: '' }, wait: true });
    world.exit(world.process('before'));
    expect(world.status('job')).toBe('job start/running');
    expect(main.standingOrder).toBeGreaterThan(first);
    world.stop('job');
    world.exit(world.process('before'));
    expect(commandsOf(world, 'withdraw-standing-order', 'signal').map(({ type }) => type)).toEqual([
      'withdraw-standing-order',
      'withdraw-standing-order',
      'signal',
    ]);
    world.exit(main, 0, 15);
    expect([world.status('job'), world.processes.size]).toEqual(['job stop/waiting', 0]);
  });

  it('is not given while a request has left other variables for the next process', () => {
    const world = running(`${SERVICE}pre-stop exec before\n`);
    world.restart('job', 'A=new');
    world.exit(world.process('before'));
    expect(world.status('job')).toBe('job start/running');
    expect(orderOf(world)).toBe(0);
    world.exit(world.process('main'));
    expect(world.process('main').spec.env).toContain('A=new');
  });

  it('is not withdrawn for variables that are what they were', () => {
    const world = running(`env A=1\n${SERVICE}`);
    world.request({ method: 'setEnv', target: null, vars: ['A=1'], replace: true });
    expect(orderOf(world)).toBeGreaterThan(0);
  });

  it('is not given while the inputs of a daemon are applied that gave none', () => {
    const world = new TestWorld();
    delete world.engine.state.givesOrders;
    world.job('job', SERVICE);
    world.start('job');
    world.exit(world.process('main'));
    expect(commandsOf(world, 'standing-order')).toEqual([]);
    world.input({ type: 'give-orders' });
    world.exit(world.process('main'));
    expect(orderOf(world)).toBeGreaterThan(0);
  });

  it('is withdrawn at the end of a session', () => {
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
