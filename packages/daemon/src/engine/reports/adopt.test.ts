import { SIGKILL } from '@upstart/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../../test/effort.ts';
import { PROBE_VARIABLE } from '../processes/spawn-spec.ts';
import { adoptAll, forget, forgetAll } from '../testing/forget.ts';
import { checkInvariants } from '../testing/invariants.ts';
import { play, story } from '../testing/story.ts';
import { TestWorld } from '../testing/world.ts';

describe('adopt', () => {
  it('adopts a service whose state is lost, and can stop it', () => {
    const world = new TestWorld();
    world.job('web', 'env PORT=80\nexec serve');
    world.start('web', 'COLOUR=red');
    forgetAll(world);
    expect(world.status('web')).toBe('web start/running');
    expect(world.logged().join('\n')).toMatch(/^error: web main process \(100\) was found running and is adopted$/m);
    const key = world.stop('web');
    const serve = world.process('serve');
    expect(serve.signals).toEqual([15]);
    world.exit(serve, 0, 15);
    expect(world.answer(key)).toBe('ok');
    expect(world.status('web')).toBe('web stop/waiting');
  });

  it('asks for no process that waits for its first attempt', () => {
    const world = new TestWorld();
    world.job('web', 'ready log ^good\nexec serve');
    world.start('web');
    expect(world.status('web')).toBe('web start/spawned');
    const { nextCommand, lastReport } = world.engine.state;
    world.input({ type: 'adopt', lastCommand: nextCommand - 1, alive: [], unknown: [] });
    adoptAll(world, nextCommand - 1, lastReport);
    expect(world.status('web')).toBe('web start/spawned');
  });

  it('keeps the environment of a run for its next process', () => {
    const world = new TestWorld();
    world.job('web', 'respawn\nexec serve');
    world.start('web', 'COLOUR=red');
    const before = world.process('serve').spec.env;
    forgetAll(world);
    world.exit(world.process('serve'), 1);
    expect([...world.process('serve').spec.env].sort()).toEqual([...before].sort());
  });

  it('tells instances apart', () => {
    const world = new TestWorld();
    world.job('worker', 'instance $N\nexec work');
    world.start('worker', 'N=1');
    world.start('worker', 'N=two words');
    forgetAll(world);
    expect(world.list()).toEqual(['worker (1) start/running', 'worker (two words) start/running']);
  });

  it.each([
    ['pre-start', 'web start/pre-start', 'web start/running'],
    ['post-stop', 'web stop/post-stop', 'web stop/waiting'],
  ])('resumes where the %s process says that the job was', (hook, during, after) => {
    const world = new TestWorld();
    world.job('web', `${hook} exec prepare thoroughly\nexec serve`);
    world.start('web');
    if (hook === 'post-stop') {
      world.stop('web');
      world.exit(world.process('serve'), 0, 15);
    }
    forgetAll(world);
    expect(world.status('web')).toBe(during);
    world.exit(world.process('prepare thoroughly'));
    expect(world.status('web')).toBe(after);
  });

  it('takes a process whose command line says nothing for the main process, and a second one for a hook', () => {
    const world = new TestWorld();
    world.job('web', 'post-start exec "$A"\nexec "$B"');
    world.start('web');
    forgetAll(world);
    expect(world.status('web')).toBe('web start/post-start');
    const [main] = world.processes.values();
    expect(world.engine.context.findProcess(main?.token ?? 0)?.slot).toBe('main');
  });

  it('keeps a job whose file has gone until it has ended', () => {
    const world = new TestWorld();
    world.job('web', 'exec serve');
    world.start('web');
    world.inputs.length = 0;
    forgetAll(world);
    expect(world.status('web')).toBe('web start/running');
    world.stop('web');
    world.exit(world.process('serve'), 0, 15);
    expect(world.list()).toEqual([]);
  });

  it('lets the process that a lost respawn has started take the place of the one before it', () => {
    const world = new TestWorld();
    world.job('web', 'respawn\nexec serve');
    world.start('web');
    const kept = world.inputs.length;
    world.exit(world.process('serve'), 1);
    forget(world, kept);
    expect(world.status('web')).toBe('web start/running');
    expect(world.commands()).toEqual(['serve']);
    world.exit(world.process('serve'), 1);
    expect(world.commands(), 'it is supervised').toEqual(['serve']);
  });

  it('notices the end of a process that was reported to a daemon whose state is lost', () => {
    const world = new TestWorld();
    world.job('web', 'exec serve');
    world.start('web');
    const kept = world.inputs.length;
    world.exit(world.process('serve'), 0);
    forget(world, kept);
    expect(world.status('web')).toBe('web stop/waiting');
  });

  it('does not wait for the report of an exec that was reported to a daemon whose state is lost', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('web', 'exec serve');
    world.start('web');
    const kept = world.inputs.length;
    world.spawned(world.process('serve'));
    forget(world, kept);
    expect(world.status('web')).toBe('web start/running');
    expect(world.engine.context.findProcess(world.process('serve').token)).toBeDefined();
  });

  it('has clients wait for the end of a task that it adopts', () => {
    const world = new TestWorld();
    world.job('chore', 'start on work\ntask\npre-start exec prepare\nexec work');
    const key = world.emit('work');
    const kept = world.inputs.length;
    world.exit(world.process('prepare'));
    forget(world, kept);
    expect([world.status('chore'), world.answer(key)]).toEqual(['chore start/running', null]);
    world.exit(world.process('work'), 3);
    expect(world.answer(key)).toBe('Event failed');
  });

  it('stops what it adopts while init ends', () => {
    const world = new TestWorld();
    world.job('web', 'exec serve');
    world.job('last', 'start on session-end\nexec bye');
    world.input({ type: 'quiesce', reason: 'logout' });
    const kept = world.inputs.length;
    world.start('web');
    forget(world, kept);
    expect(world.process('serve').signals).toEqual([15]);
  });

  it('has forgotten a restart that was due when the process did not run yet', () => {
    const world = new TestWorld();
    world.obeys = false;
    world.job('web', 'start on go\nrestart on go\nexec serve');
    world.emit('go');
    world.emit('go');
    expect([...world.engine.state.instances.values()].map(({ restarts }) => restarts)).toEqual([true]);
    const kept = world.inputs.length;
    world.failToSpawn(world.process('serve'), 'exec');
    expect(world.process('serve').token, 'it has been started again').toBe(2);
    forget(world, kept);
    checkInvariants(world);
    expect([...world.engine.state.instances.values()].map(({ restarts }) => restarts)).toEqual([undefined]);
    expect(world.status('web')).toMatch(/^web start\/running/);
  });

  it('leaves alone what belongs to no job', () => {
    const world = new TestWorld();
    world.input({
      type: 'adopt',
      lastCommand: 7,
      alive: [{ process: 7, pid: 70 }],
      unknown: [{ process: 7, pid: 70, job: null, instance: '', argv: [], env: [] }],
    });
    expect(world.logged()).toEqual(['error: Process 70 belongs to no job that could be found out, and is left alone']);
    expect(world.list()).toEqual([]);
  });

  it('brings any state, however old, in line with what runs', () => {
    fc.assert(
      fc.property(story, fc.nat(), (told, at) => {
        const world = play(told, () => {});
        const { ended } = world.engine.state;
        const cut = at % (world.inputs.length + 1);
        const running = new Map(world.processes);
        const last = world.engine.state.nextCommand - 1;
        forget(world, cut);
        if (ended || world.engine.state.ended) return;
        checkInvariants(world);
        // A process of `ready log` is not spawned before its log was looked at.
        const marks = [...world.engine.state.instances.values()].some(({ logMark }) => logMark && logMark.id !== 0);
        const owned = [...world.engine.state.instances.values()].flatMap(({ processes }) => Object.values(processes));
        for (const [token, { spec, signals }] of running) {
          if (spec.env.some((entry) => entry.startsWith(`${PROBE_VARIABLE}=`))) {
            const isKnown = world.engine.state.probeProcesses?.has(token) === true;
            expect(isKnown || signals.includes(SIGKILL), `${token} is known or killed`).toBe(true);
            continue;
          }
          expect(
            owned.filter((process) => process.token === token),
            `owners of ${token}`,
          ).toHaveLength(1);
        }
        for (const { token, pid } of owned) {
          if (running.has(token)) expect(pid, `pid of ${token}`).toBe(world.processes.get(token)?.pid);
        }
        const spawning = owned.filter(({ token }) => token !== 0 || !marks);
        for (const { token, retries } of spawning) {
          if (retries === 0) expect(token > last || running.has(token), `${token} exists`).toBe(true);
        }
      }),
      { numRuns: PROPERTY_RUNS },
    );
  });
});
