/** Standing orders that were carried out, or failed: what comes of the process, whatever crossed with it. */
import { describe, expect, it } from 'vitest';
import { adoption } from '../../start-up/adoption.ts';
import { Engine } from '../engine.ts';
import type { UntimedInput } from '../model/messages.ts';
import { commandsOf, orderOf, running, SERVICE } from '../testing/standing-orders.ts';

describe('a standing order', () => {
  it.each(['stop', 'restart'] as const)('that crosses with a %s was carried out before it', (request) => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.standingOrder;
    const key = world[request]('job', ...(request === 'restart' ? ['A=new'] : []));
    // It had ended before, and the order was not withdrawn yet.
    main.standingOrder = order;
    world.exit(main, 1);
    const next = world.process('main');
    expect([next.token, next.signals, world.answer(key)]).toEqual([order, [15], null]);
    expect(world.logged()).toContain(`info: Sending TERM signal to job main process (${next.pid})`);
    expect(world.status('job')).toBe(`job ${request === 'stop' ? 'stop' : 'start'}/killed`);
    world.wait(5000);
    expect(next.signals, 'it has its kill timeout').toEqual([15, 9]);
    world.exit(next, 0, 9);
    expect(world.answer(key)).toBe('ok');
    if (request === 'stop') expect([world.status('job'), world.processes.size]).toEqual(['job stop/waiting', 0]);
    else expect(world.process('main').spec.env).toContain('A=new');
    expect(world.engine.state.instances.size).toBe(request === 'stop' ? 0 : 1);
  });

  it.each(['stop', 'restart'] as const)('that crosses with a %s and fails is over', (request) => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.standingOrder;
    const key = world[request]('job');
    main.standingOrder = order;
    world.obeys = false;
    world.exit(main, 1);
    world.failToSpawn(world.process('main'), 'fork', 11);
    world.obeys = true;
    for (const process of world.processes.values()) world.spawned(process);
    expect(world.answer(key)).toBe('ok');
    expect(world.commands()).toEqual(request === 'stop' ? [] : ['main']);
  });

  it('that crosses with a stop is known as long as the end is not, whoever dies meanwhile', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.standingOrder;
    const key = world.stop('job');
    const saved = structuredClone(world.engine.state);
    const lastCommand = saved.nextCommand - 1;
    world.engine = new Engine(saved);
    const processes = [{ process: order, pid: 999 }];
    // The main process is not there; what came of that is about to be reported.
    const input = adoption(world.engine, { lastCommand, processes }, 0, () => expect.fail('it is no stranger'));
    expect(input).toMatchObject({ type: 'adopt', unknown: [] });
    world.input(input as UntimedInput);
    main.standingOrder = order;
    world.exit(main, 1);
    expect([world.process('main').token, world.process('main').signals.at(-1)]).toEqual([order, 15]);
    world.exit(world.process('main'), 0, 15);
    expect(world.answer(key)).toBe('ok');
    expect(world.processes.size).toBe(0);
  });

  it('that was carried out after the state was saved last is found by the process that came of it', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const saved = structuredClone(world.engine.state);
    world.exit(main, 1);
    const next = world.process('main');
    const lastCommand = world.engine.state.nextCommand - 1;
    world.engine = new Engine(saved);
    const processes = [{ process: next.token, pid: next.pid }];
    world.input(adoption(world.engine, { lastCommand, processes }, 0) as UntimedInput);
    for (const process of [main.token, next.token]) {
      const errno = process === main.token ? 3 : 0;
      world.report({ type: 'signalled', command: 0, process, signal: 0, errno });
    }
    expect(world.status('job')).toBe('job start/running');
    expect([world.commands(), world.engine.context.findProcess(next.token)?.slot]).toEqual([['main'], 'main']);
  });

  it('of which only the report was made, and no process, because of a fault in between, ends with a new process', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.standingOrder;
    const lastCommand = world.engine.state.nextCommand - 1;
    world.processes.clear();
    const input = adoption(world.engine, { lastCommand, processes: [] }, 0);
    world.input(input as UntimedInput);
    const usage = { user: 0, system: 0, maxRss: 0 };
    const end = { type: 'exited', process: main.token, pid: main.pid, code: 1, signal: 0, core: false, usage } as const;
    world.report({ ...end, standingOrder: order });
    expect(world.status('job')).toBe('job start/spawned');
    for (const process of [main.token, order]) {
      world.report({ type: 'signalled', command: 0, process, signal: 0, errno: 3 });
    }
    expect(world.status('job')).toBe('job start/running');
    expect(world.commands()).toEqual(['main']);
  });

  it('ends where the next process needs another environment, which it gets', () => {
    const world = running(SERVICE);
    const main = world.process('main');
    const order = main.standingOrder;
    world.request({ method: 'setEnv', target: { job: 'job', instance: '' }, vars: ['A=1'], replace: true });
    expect(main.standingOrder).toBe(0);
    // It had ended before, and what runs in its place does not know of the variable.
    main.standingOrder = order;
    world.exit(main);
    const [kill, spawn] = commandsOf(world, 'signal', 'spawn').slice(-2);
    expect([kill, spawn?.type]).toMatchObject([{ process: order, signal: 9, group: true }, 'spawn']);
    expect(world.process('main').spec.env).toContain('A=1');
    expect(world.commands()).toEqual(['main']);
    expect(orderOf(world), 'the new process is what a respawn needs').toBeGreaterThan(0);
  });

  it('has its process wait where the events of others do not come to their end', () => {
    const world = running(SERVICE, {}, 500);
    const order = orderOf(world);
    // Two jobs that start and stop each other without end.
    world.job('a', 'start on go or started b\nstop on started b\n');
    world.job('b', 'start on started a\nstop on started a\n');
    world.input({ type: 'emit', name: 'go', env: [] });
    expect(world.engine.state.paused).toBeDefined();
    world.obeys = false;
    world.exit(world.process('main'));
    const next = world.process('main');
    expect(world.status('job')).toBe('job start/stopping');
    world.spawned(next);
    for (let turn = 0; turn < 100 && world.status('job') !== 'job start/running'; turn++) world.input({ type: 'tick' });
    expect([world.status('job'), next.token]).toEqual(['job start/running', order]);
    expect(commandsOf(world, 'signal')).toEqual([]);
  });

  it('of which nothing came is none', () => {
    const world = running(SERVICE);
    world.process('main').standingOrder = 0;
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
});
