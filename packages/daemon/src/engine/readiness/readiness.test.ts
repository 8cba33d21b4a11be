import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { explainJob } from '../explain/explain.ts';
import type { ArmedProbe } from '../model/probe-state.ts';
import { TestWorld } from '../testing/world.ts';
import { armedProbes } from './readiness.ts';

function starting(text: string, ...env: string[]): { world: TestWorld; key: string } {
  const world = new TestWorld();
  world.job('db', `${text}exec main\n`);
  const key = world.start('db', ...env);
  return { world, key };
}

const probe = (world: TestWorld, which = 0): ArmedProbe => [...world.probes.values()][which] as ArmedProbe;

function explained(world: TestWorld, privileged = true): string {
  const { context, state } = world.engine;
  const files = { broken: [], switchedOff: null };
  const found = explainJob(context, 'db', state.classes.get('db'), files, world.now, privileged);
  return JSON.stringify(found);
}

describe('ready', () => {
  it('keeps a start, its client and its events waiting until all probes have succeeded', () => {
    const { world, key } = starting('ready tcp 5432\nready http http://localhost:8080/healthz 200-204\n');
    world.job('web', 'start on started db\nexec web\n');
    expect([...world.probes.values()].map(({ target }) => target)).toEqual([
      { kind: 'tcp', host: 'localhost', port: 5432 },
      {
        ...{ kind: 'http', host: 'localhost', port: 8080, authority: 'localhost:8080', path: '/healthz' },
        ...{ lowest: 200, highest: 204 },
      },
    ]);
    world.probed(probe(world), 'connection refused');
    world.probed(probe(world));
    expect([world.list(), world.answer(key)]).toEqual([['db start/spawned', 'web stop/waiting'], null]);
    world.probed(probe(world));
    expect([world.list(), world.answer(key)]).toEqual([['db start/running', 'web start/running'], 'ok']);
    expect([world.probes.size, world.engine.nextDue()]).toEqual([0, null]);
  });

  it('is explained with the values of its variables to those who may see them', () => {
    const { world } = starting('env PORT=7000\nready http http://localhost:$PORT/healthz\n');
    world.wait(0);
    expect(explained(world)).toContain('waits until http://localhost:7000/healthz answers');
    expect(explained(world, false)).toContain('waits until http://localhost:$PORT/healthz answers');
  });

  it('has addresses of the instance', () => {
    const world = new TestWorld();
    world.job('db', 'instance $PORT\nready tcp ::1:$PORT\nready unix /run/$PORT\nexec main\n');
    world.start('db', 'PORT=7000');
    expect([...world.probes.values()].map(({ target }) => target)).toEqual([
      // An address of IPv6 needs its brackets.
      { kind: 'unix', path: '/run/7000' },
    ]);
    world.wait(0);
    expect(world.status('db')).toBe('db (7000) stop/killed');
  });

  it.each([
    ['ready tcp $PORT\n', [], 'Unknown parameter: PORT'],
    ['ready tcp $PORT\n', ['PORT=x'], 'Illegal address, expected PORT or HOST:PORT'],
    ['ready http $URL\n', ['URL=https://a'], 'TLS is not spoken'],
    ['ready unix $P\n', ['P=run/x'], 'Illegal path'],
  ])('fails a start at once that it can never let pass: %j %j', (text, env, reason) => {
    const { world, key } = starting(text, ...env);
    world.wait(0);
    expect([world.status('db'), world.answer(key), world.probes.size]).toEqual([
      'db stop/killed',
      'Job failed to start',
      0,
    ]);
    expect(explained(world)).toContain(reason);
  });

  it('fails the start when its time is over, and tells the last answer', () => {
    const { world, key } = starting('respawn\nready tcp 5432\nready timeout 3\n');
    const failed = world.emit('never');
    expect(failed).toBeDefined();
    const { id } = probe(world);
    world.probed(probe(world), 'connection refused');
    world.probed(probe(world), 'connection refused');
    expect(explained(world)).toContain(
      'waits until localhost:5432 accepts a connection; last answer: connection refused; 3 seconds left',
    );
    world.wait(2999);
    expect(world.status('db')).toBe('db start/spawned');
    world.wait(1);
    expect([world.status('db'), world.answer(key), world.probes.has(id)]).toEqual([
      'db stop/killed',
      'Job failed to start',
      false,
    ]);
    expect(world.process('main').signals).toEqual([15]);
    world.exit(world.process('main'), 0, 15);
    expect(world.events()).toContain('stopped JOB=db INSTANCE= RESULT=failed PROCESS=ready');
    expect(world.status('db')).toBe('db stop/waiting');
    expect(explained(world)).toContain('main process was not ready within 3 seconds');
    expect(explained(world)).toContain('last answer: connection refused');
  });

  it('does not keep a stop waiting, and a result that comes afterwards is ignored', () => {
    const { world, key } = starting('ready tcp 5432\n');
    const late = probe(world);
    const stop = world.stop('db');
    expect([world.status('db'), world.answer(key), world.probes.size]).toEqual(['db stop/killed', 'ok', 0]);
    world.probed(late);
    world.exit(world.process('main'), 0, 15);
    expect(world.answer(stop)).toBe('ok');
    world.probed(late);
    expect(world.status('db')).toBe('db stop/waiting');
  });

  it('ignores the result for a process before the present one', () => {
    const { world } = starting('respawn\nready tcp 5432\n');
    const early = probe(world);
    world.exit(world.process('main'), 1);
    expect(probe(world).id).not.toBe(early.id);
    world.probed(early);
    expect(world.status('db')).toBe('db start/spawned');
    world.probed(probe(world));
    expect(world.status('db')).toBe('db start/running');
  });

  it('takes the end of the main process for a failed start, whatever its status', () => {
    const { world, key } = starting('ready tcp 5432\n');
    world.probed(probe(world), 'connection refused');
    world.exit(world.process('main'), 0);
    expect([world.status('db'), world.answer(key)]).toEqual(['db stop/waiting', 'Job failed to start']);
    expect(explained(world)).toContain('ended before it was ready: localhost:5432 accepts a connection');
  });

  it('comes after `expect`, and beside `ready after`', () => {
    const { world } = starting('expect stop\nready tcp 80\nready after 2\n');
    expect(world.probes.size).toBe(0);
    const { token: process, pid } = world.process('main');
    world.report({ type: 'stopped', process, pid, signal: 19 });
    world.probed(probe(world));
    expect(world.status('db')).toBe('db start/spawned');
    world.wait(2000);
    expect(world.status('db')).toBe('db start/running');
  });

  it('waits for probes when the settle time is over first', () => {
    const { world } = starting('ready tcp 80\nready after 2\n');
    world.wait(2000);
    expect(world.status('db')).toBe('db start/spawned');
    world.probed(probe(world));
    expect(world.status('db')).toBe('db start/running');
  });

  it('does not begin when a variable that its address lacked is set later', () => {
    const { world } = starting('ready tcp $PORT\nready tcp 80\n');
    world.request({ method: 'setEnv', target: null, vars: ['PORT=7000'], replace: true });
    expect([...armedProbes(world.engine.context)]).toEqual([...world.probes.values()]);
    expect(world.probes.size).toBe(1);
  });

  it('means nothing to a task', () => {
    const { world } = starting('task\nready tcp 80\n');
    expect([world.status('db'), world.probes.size]).toEqual(['db start/running', 0]);
  });

  it('is tried again by the next daemon, with what is known of the tries before', () => {
    const { world, key } = starting('ready tcp 5432\n');
    world.probed(probe(world), 'connection refused');
    world.engine = new Engine(deserialize(serialize(world.engine.state)));
    expect([...armedProbes(world.engine.context)]).toEqual([...world.probes.values()]);
    expect(explained(world)).toContain('last answer: connection refused');
    world.probed(probe(world));
    expect([world.status('db'), world.answer(key)]).toEqual(['db start/running', 'ok']);
  });

  it('keeps no more of an answer than is readable', () => {
    const { world } = starting('ready tcp 5432\n');
    world.probed(probe(world), 'x'.repeat(5000));
    const [instance] = world.engine.state.instances.values();
    expect(instance?.readiness?.pending[0]?.answer).toHaveLength(200);
  });
});

it('a chain of services starts in order, stops in reverse, and comes back behind the one that was killed', () => {
  const world = new TestWorld();
  const chain = ['database', 'redis', 'web', 'worker'];
  chain.forEach((job, i) => {
    const before = chain[i - 1];
    const on = before ? `start on started ${before}\nstop on stopping ${before}\n` : '';
    world.job(job, `${on}respawn\nready tcp ${i + 1}\nexec ${job}\n`);
  });
  const begun = (): string[] => world.started.map(({ spec }) => spec.argv[0] as string);
  const allReady = (): void => {
    while (world.probes.size > 0) world.probed(probe(world));
  };
  world.start('database');
  expect(begun()).toEqual(['database']);
  allReady();
  expect(begun()).toEqual(chain);
  world.exit(world.process('database'), 0, 9);
  for (const job of ['worker', 'web', 'redis']) {
    expect(begun()).toHaveLength(4);
    world.exit(world.process(job), 0, 15);
  }
  expect(world.commands()).toEqual(['database']);
  allReady();
  expect([begun().slice(4), world.list()]).toEqual([chain, chain.map((job) => `${job} start/running`)]);
});
