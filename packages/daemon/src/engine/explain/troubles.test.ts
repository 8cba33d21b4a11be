import type { BrokenFile } from '@upstart/common';
import type { RootCause, Troubles } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { waiting } from '../testing/leases.ts';
import { TestWorld } from '../testing/world.ts';
import { question } from './question.ts';
import { MAX_CAUSES, MAX_JOBS, MAX_WAITS, troubles } from './troubles.ts';

const broken = (job: string): BrokenFile => ({
  path: `/etc/init/${job}.conf`,
  job,
  line: 3,
  message: 'Unknown stanza',
});

function look(world: TestWorld, ...files: BrokenFile[]): Troubles {
  return troubles(question(world.engine.context, world.now, true), files);
}

/** Each cause as text, without pids, and who waits for what. */
function told(world: TestWorld, ...files: BrokenFile[]): string[] {
  return look(world, ...files).causes.flatMap(lines);
}

function lines({ kind, text, waiting }: RootCause): string[] {
  return [
    `${kind}: ${text.replace(/\(\d+\)/g, '(N)')}`,
    ...waiting.map(({ for: wanted, jobs }) => `  ${jobs.join(', ')} < ${wanted}`),
  ];
}

describe('what is wrong', () => {
  it('is nothing in a world that is well', () => {
    const world = new TestWorld();
    world.job('web', 'start on started db\nstop on stopping db\nexec web\n');
    world.job('db', 'start on runlevel 2\nexec db\n');
    world.job('done', 'start on runlevel 2\ntask\nexec done\n');
    expect(told(world)).toEqual([]);
    world.emit('runlevel', 'RUNLEVEL=2');
    world.exit(world.process('done'));
    expect(told(world)).toEqual([]);
  });

  it('has the trouble of the source behind the lease or the event that is waited for', () => {
    const world = waiting('');
    world.job('half', 'start on started x and :cluster:deploy\nexec half\n');
    world.job('x', 'exec x\n');
    world.start('x');
    world.start('db');
    const reason = 'no connection to the cluster: connection refused';
    const source = { name: 'cluster', state: 'running', reason, provider: 'init' } as const;
    const asked = question(world.engine.context, world.now, true, [{ ...source, jobs: ['db'] }]);
    const note = `its source \`cluster\` has trouble: ${reason}`;
    expect(troubles(asked, []).causes.flatMap(lines)).toEqual([
      `event: \`:cluster:deploy\` has not come; ${note}`,
      '  half < `:cluster:deploy`',
      `pending: db is start/starting: waits for the lease main, which no host is known to hold; ${note}`,
    ]);
  });

  it('is a job that failed, with all that wait for it, directly or by others', () => {
    const world = new TestWorld();
    world.job('db', 'start on startup\nexec db\n');
    world.job('web', 'start on started db\nstop on stopping db\nexec web\n');
    world.job('worker', 'start on started db and ready\nexec worker\n');
    world.job('mail', 'start on started web\nexec mail\n');
    world.job('other', 'start on started db or ready\nexec other\n');
    world.input({ type: 'begin', events: ['startup'] });
    world.emit('ready');
    world.exit(world.process('db'), 3);
    world.exit(world.process('web'), 0, 15);
    expect(told(world)).toEqual([
      'failed: db failed: main process (N) terminated with status 3',
      '  web < `started db`',
    ]);
    const early = new TestWorld();
    for (const [name, file] of [
      ['db', 'start on startup\npre-start exec check\nexec db\n'],
      ['web', 'start on started db\nexec web\n'],
      ['worker', 'start on started db and runlevel\nexec worker\n'],
      ['mail', 'start on started web\nexec mail\n'],
      ['other', 'start on started db or runlevel\nexec other\n'],
    ] as const)
      early.job(name, file);
    early.input({ type: 'begin', events: ['startup'] });
    early.exit(early.process('check'), 1);
    expect(told(early)).toEqual([
      'failed: db failed: pre-start process (N) terminated with status 1',
      '  web, worker < `started db`',
      '  mail < `started web`',
    ]);
  });

  it('is a file that cannot be used, whether it defines a job already or not', () => {
    const world = new TestWorld();
    world.job('web', 'start on started db\nexec web\n');
    world.job('old', 'exec old\n');
    expect(told(world, broken('db'), broken('old'), broken('old'))).toEqual([
      'broken: db has a broken file: /etc/init/db.conf:3: Unknown stanza',
      '  web < `started db`',
      'broken: old has a broken file: /etc/init/old.conf:3: Unknown stanza (and 1 more)',
    ]);
  });

  it('is an event without an emitter, once for all that wait for it', () => {
    const world = new TestWorld();
    world.job('a', 'start on db-redy\nexec a\n');
    world.job('b', 'start on db-redy and runlevel\nexec b\n');
    world.job('c', 'start on started nowhere\nexec c\n');
    world.job('db', 'emits db-ready\nexec db\n');
    world.job('d', 'start on db-ready\nexec d\n');
    expect(told(world)).toEqual([
      'no-emitter: `db-redy`: nobody is known to emit it; `db-ready` may be meant',
      '  a, b < `db-redy`',
      'no-job: there is no job nowhere',
      '  c < `started nowhere`',
      'stopped: db has not been started: that takes a request',
      '  d < `db-ready`',
    ]);
    world.start('db');
    expect(told(world)).toHaveLength(4);
    world.emit('db-redy');
    world.stop('db');
    world.exit(world.process('db'));
    expect(told(world)).toEqual([
      'no-job: there is no job nowhere',
      '  c < `started nowhere`',
      'stopped: db does not run: stopped by request',
      '  d < `db-ready`',
      'event: `runlevel` has not come',
      '  b < `runlevel`',
    ]);
  });

  it('is a loop, with what waits outside of it', () => {
    const world = new TestWorld();
    world.job('a', 'start on started c\nexec a\n');
    world.job('b', 'start on started a\nexec b\n');
    world.job('c', 'start on started b\nexec c\n');
    world.job('d', 'start on started c\nexec d\n');
    world.job('self', 'start on started self\nexec self\n');
    expect(told(world)).toEqual([
      'loop: a, b, c wait for one another',
      '  a, d < `started c`',
      '  b < `started a`',
      '  c < `started b`',
      'loop: self waits for itself',
      '  self < `started self`',
    ]);
    // A way in from outside makes it none.
    world.job('b', 'start on started a or runlevel\nexec b\n');
    expect(told(world)).toEqual(['loop: self waits for itself', '  self < `started self`']);
  });

  it('is an instance on its way, with what it holds up', () => {
    const world = new TestWorld();
    world.job('slow', 'start on starting web\ntask\nexec slow\n');
    world.job('web', 'exec web\n');
    world.job('after', 'start on started web\nexec after\n');
    world.start('web');
    expect(told(world)).toEqual([
      'pending: slow is start/running: is a task, whose main process (N) still runs',
      '  after < `started web`',
      '  web < `starting JOB=web` to be over',
    ]);
  });

  it('is a job that respawns again and again, and one that is stopped by a signal', () => {
    const world = new TestWorld();
    world.job('web', 'respawn\nexec web\n');
    world.start('web');
    for (let i = 0; i < 5; i++) world.exit(world.process('web'), 1);
    world.job('halted', 'exec halted\n');
    world.start('halted');
    const { token, pid } = world.process('halted');
    world.report({ type: 'stopped', process: token, pid, signal: 20 });
    expect(told(world)).toEqual([
      'flapping: web respawns again and again: respawned 5 times; its main process exited with status 1',
      'degraded: halted runs, but not well: the main process (N) is stopped by the TSTP signal, and does nothing before it gets CONT',
    ]);
  });

  it('names what only privileged clients may know to nobody else', () => {
    const world = new TestWorld();
    world.job('db', 'exec db\n');
    world.job('web', 'start on started db\nstop on go\nexec web\n');
    world.job('after', 'start on started web\nexec after\n');
    world.start('db');
    world.emit('go', 'SECRET=x');
    const asked = question(world.engine.context, world.now, false);
    expect(JSON.stringify(troubles(asked, []))).not.toContain('SECRET');
  });
});

describe('the list', () => {
  it('is bounded, and says how much is left out', () => {
    const world = new TestWorld();
    for (let i = 0; i <= MAX_CAUSES; i++) world.job(`lone${i}`, `start on never${i}\nexec x\n`);
    for (let i = 0; i <= MAX_WAITS; i++) world.job(`way${i}`, `start on started db X=${i}\nexec x\n`);
    for (let i = 0; i <= MAX_JOBS; i++) world.job(`many${i}`, 'start on started db\nexec x\n');
    const { causes, dropped } = look(world);
    expect([causes.length, dropped]).toEqual([MAX_CAUSES, 2]);
    const [first] = causes;
    expect(first?.affected).toBe(MAX_JOBS + MAX_WAITS + 2);
    expect(first?.waiting).toHaveLength(MAX_WAITS);
    expect(first?.waiting[0]).toMatchObject({ for: '`started db`', count: MAX_JOBS + 1 });
    expect(first?.waiting[0]?.jobs).toHaveLength(MAX_JOBS);
  });

  it('follows chains of any length, once', () => {
    const world = new TestWorld();
    const jobs = 5000;
    world.job('root', 'start on never\nexec x\n');
    for (let i = 0; i < jobs; i++) {
      const before = i === 0 ? 'root' : `j${i - 1}`;
      world.job(`j${i}`, `start on started ${before} or (a${i} and started j${i + 1})\nexec x\n`);
    }
    const { causes } = look(world);
    expect(causes.map(({ kind, affected }) => [kind, affected])).toEqual([['no-emitter', jobs + 1]]);
  });
});
