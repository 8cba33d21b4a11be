import { describe, expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { detailsFor } from '../explain/details.ts';
import { question } from '../explain/question.ts';
import type { ArmedProbe } from '../model/probe-state.ts';
import { listJobs } from '../requests/queries.ts';
import { explain, why } from '../testing/explain.ts';
import { checkInvariants } from '../testing/invariants.ts';
import { TestWorld } from '../testing/world.ts';
import { armedProbes } from './readiness.ts';

const WEB = 'exec main\ncheck http http://localhost:$PORT/healthz\ncheck failures 2\nenv PORT=8080\nexport PORT\n';

function running(text: string, job = 'web'): TestWorld {
  const world = new TestWorld();
  world.job(job, text);
  world.start(job);
  return world;
}

const armed = (world: TestWorld): ArmedProbe[] => [...world.probes.values()];

/** Fails the first check so often. */
function failing(world: TestWorld, times: number, answer = 'HTTP 503'): void {
  for (let i = 0; i < times; i++) {
    const [probe] = armed(world);
    if (probe) world.probed(probe, answer);
    checkInvariants(world);
  }
}

const health = (world: TestWorld) => {
  const details = detailsFor(question(world.engine.context, world.now, true), [], () => ({
    memoryBytes: null,
    cpuMs: null,
  }));
  return listJobs(world.engine.context, 'web', details)[0]?.instances[0];
};

describe('a check', () => {
  it('begins when the job runs, and ends with it', () => {
    const world = running(`${WEB}check interval 5\ncheck timeout 1\npost-start exec post\n`);
    expect(armed(world)).toEqual([]);
    world.exit(world.process('post'));
    expect(armed(world)).toMatchObject([
      {
        target: { kind: 'http', host: 'localhost', port: 8080, path: '/healthz' },
        intervalMs: 5000,
        timeoutMs: 1000,
        check: { failures: 0, threshold: 2, isUnhealthy: false },
      },
    ]);
    world.stop('web');
    expect([armed(world), world.status('web')]).toEqual([[], 'web stop/killed']);
  });

  it('restarts the job after so many failures in a row, and says so by events', () => {
    const world = running(`${WEB}start on started other\n`);
    const main = world.process('main');
    failing(world, 1);
    const [probe] = armed(world);
    if (probe) world.probed(probe);
    failing(world, 1);
    expect(world.status('web')).toBe('web start/running');
    failing(world, 1);
    expect([world.status('web'), main.signals]).toEqual(['web start/killed', [15]]);
    expect(world.events()).toContain('unhealthy JOB=web INSTANCE= CHECK=http://localhost:8080/healthz PORT=8080');
    expect(why(world, 'web')).toMatch(
      /^restarted because its check http:\/\/localhost:\$PORT\/healthz failed 2 times in a row: HTTP 503/,
    );
    world.exit(main, 0, 15);
    expect(world.status('web')).toBe('web start/running');
    expect(world.process('main').pid).not.toBe(main.pid);
    expect(world.events().filter((event) => event.startsWith('healthy'))).toEqual([]);
    const [next] = armed(world);
    expect(next?.check).toEqual({ failures: 0, threshold: 2, isUnhealthy: true });
    if (next) world.probed(next);
    expect(world.events()).toContain('healthy JOB=web INSTANCE= CHECK=http://localhost:8080/healthz PORT=8080');
    checkInvariants(world);
  });

  it('kills a process that ignores the kill signal', () => {
    const world = running(`${WEB}kill timeout 2\n`);
    const main = world.process('main');
    failing(world, 2);
    world.wait(2000);
    expect(main.signals).toEqual([15, 9]);
  });

  it('leaves the job as it is where its file says so, until it is healthy again', () => {
    const world = running(`${WEB}check action none\n`);
    failing(world, 5);
    expect(world.status('web')).toBe('web start/running');
    expect(world.events().filter((event) => event.startsWith('unhealthy'))).toHaveLength(1);
    world.now += 120_000;
    expect(health(world)).toMatchObject({
      health: 'unhealthy',
      why: 'check http://localhost:8080/healthz has failed for 2 minutes: HTTP 503',
      checks: [{ healthy: false, failures: 2, answer: 'HTTP 503' }],
    });
    const [probe] = armed(world);
    if (probe) world.probed(probe);
    expect(health(world)).toMatchObject({ health: 'well', checks: [{ healthy: true, failures: 0, answer: null }] });
    expect(world.events().filter((event) => event.startsWith('healthy'))).toHaveLength(1);
  });

  it('counts its restarts as respawns: the limit ends them, and back-off delays them', () => {
    const world = running(`${WEB}respawn limit 1 60\nrespawn delay 5\n`);
    failing(world, 2);
    world.exit(world.process('main'), 0, 15);
    expect(world.status('web')).toBe('web start/post-stop');
    world.wait(5000);
    expect(world.status('web')).toBe('web start/running');
    failing(world, 2);
    expect(world.status('web')).toBe('web stop/killed');
    world.exit(world.process('main'), 0, 15);
    expect(world.events().at(-1)).toMatch(/^stopped JOB=web INSTANCE= RESULT=failed PROCESS=respawn/);
    expect(explain(world, 'web').last?.text).toMatch(
      /^respawning too fast: its check .* HTTP 503; its limit is 1 respawn in/,
    );
  });

  it('of an address that cannot be expanded is not made, and explained', () => {
    const world = running('exec main\ncheck tcp localhost:$NONE\n');
    expect([armed(world), world.status('web')]).toEqual([[], 'web start/running']);
    expect(explain(world, 'web').instances[0]?.hints.join()).toMatch(/^check localhost:\$NONE is not tried: /);
    checkInvariants(world);
  });

  it('says in an explanation how near a restart is', () => {
    const world = running(WEB);
    failing(world, 1);
    expect(explain(world, 'web').instances[0]?.hints).toEqual([
      'check http://localhost:8080/healthz failed 1 of 2 times in a row, after which it is restarted: HTTP 503',
    ]);
  });

  it('is made again by a new daemon, which knows of the failures so far', () => {
    const world = running(WEB);
    failing(world, 1);
    const engine = new Engine(structuredClone(world.engine.state));
    expect([...armedProbes(engine.context)]).toMatchObject([{ id: armed(world)[0]?.id, check: { failures: 1 } }]);
  });

  it('means nothing to a task, and restarts nothing when init ends', () => {
    expect(armed(running(`${WEB}task\n`))).toEqual([]);
    const world = running(WEB);
    world.input({ type: 'quiesce', reason: 'logout' });
    failing(world, 2);
    expect(world.process('main').signals).not.toContain(9);
    expect(world.status('web')).not.toContain('start/killed');
  });

  it('of each instance has its own variables', () => {
    const world = new TestWorld();
    world.job('web', 'instance $N\nexec main\ncheck tcp $N\n');
    world.start('web', 'N=1');
    world.start('web', 'N=2');
    expect(armed(world).map(({ target }) => target)).toMatchObject([{ port: 1 }, { port: 2 }]);
  });
});
