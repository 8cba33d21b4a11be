import { describe, expect, it } from 'vitest';
import { MAX_SEEN } from '../model/blocking.ts';
import { chain, explain, why } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

const target = (job: string) => ({ job, env: [] });

describe('who has asked', () => {
  it('is a hook of the job itself, or another job', () => {
    const world = new TestWorld();
    world.job('vdc', 'pre-start exec pre\nexec vdc\n');
    world.job('boss', 'exec boss\n');
    world.start('vdc');
    world.start('boss');
    world.request({ method: 'stop', target: target('vdc'), wait: false, from: { job: 'vdc', instance: '' } });
    expect(why(world, 'vdc')).toMatch(/^stopped by its own pre-start; the pre-start process \(\d+\) still runs$/);
    world.exit(world.process('pre'));
    expect(why(world, 'vdc')).toBe('stopped by its own pre-start');
    world.request({ method: 'start', target: target('vdc'), wait: false, from: { job: 'boss', instance: '' } });
    world.exit(world.process('pre'));
    expect(why(world, 'vdc')).toBe('started by job boss');
    world.request({ method: 'restart', target: target('vdc'), wait: false, from: { job: 'vdc', instance: '' } });
    world.exit(world.process('vdc'), 0, 15);
    world.exit(world.process('pre'));
    expect(why(world, 'vdc')).toBe('restarted by its own main process');
  });

  it('is nobody in particular if the job that it names is not of this init', () => {
    const world = new TestWorld();
    world.job('web', 'exec web\n');
    world.request({ method: 'start', target: target('web'), wait: false, from: { job: 'lightdm', instance: '' } });
    expect(why(world, 'web')).toBe('started by request');
  });
});

describe('a job that its pre-stop has kept', () => {
  const file = 'pre-stop exec pre-stop\nexec web\n';

  it('was not restarted, and has its old process', () => {
    const world = new TestWorld();
    world.job('web', file);
    world.start('web');
    const { pid } = world.process('web');
    world.restart('web');
    world.exit(world.process('pre-stop'));
    expect(world.process('web').pid).toBe(pid);
    expect(why(world, 'web')).toBe(
      `kept by its pre-stop when it was to be restarted by request; its main process (${pid}) is the old one`,
    );
    expect(explain(world, 'web').instances[0]?.hints).toEqual([
      'a restart of a job with `pre-stop` only runs that; `stop` and then `start` replace the process',
    ]);
    world.stop('web');
    world.exit(world.process('pre-stop'));
    world.exit(world.process('web'), 0, 15);
    expect(why(world, 'web')).toBe('stopped by request');
  });

  it('may have been started again by the hook', () => {
    const world = new TestWorld();
    world.job('web', file);
    world.start('web');
    world.stop('web');
    world.request({ method: 'start', target: target('web'), wait: false, from: { job: 'web', instance: '' } });
    world.exit(world.process('pre-stop'));
    expect(why(world, 'web')).toMatch(/^its stop was taken back by its own pre-stop; its main process \(\d+\) is the/);
    expect(explain(world, 'web').instances[0]?.hints).toEqual([]);
  });
});

describe('a condition that is half met', () => {
  it.each([
    ['(a and b) or c', ['a'], '`b` or `c`'],
    ['(a and b and d) or c', ['a'], '(`b` and `d`) or `c`'],
    ['a and (b or c) and d', ['a'], '(`b` or `c`) and `d`'],
    ['a and b and d X=1', ['b'], '`a` and `d X=1`'],
    ['(a or b) and c', ['b'], '`c`'],
  ])('%s', (condition, seen, needs) => {
    const world = new TestWorld();
    world.job('web', `start on ${condition}\nexec web\n`);
    for (const event of seen) world.emit(event);
    expect(why(world, 'web')).toBe(`its \`start on\` is half met; it still needs ${needs}`);
  });

  it('is cut where it is long', () => {
    const world = new TestWorld();
    world.job('web', `start on a and ${Array.from({ length: 100 }, (_, i) => `event-${i}`).join(' and ')}\n`);
    world.emit('a');
    expect(why(world, 'web')?.length).toBeLessThan(400);
  });
});

describe('a stopped process', () => {
  it('is reported, until it is continued', () => {
    const world = new TestWorld();
    world.job('web', 'exec web\n');
    world.start('web');
    const { token, pid } = world.process('web');
    const halted = 'is stopped by the STOP signal, and does nothing before it gets CONT';
    world.report({ type: 'stopped', process: token, pid, signal: 19 });
    expect(why(world, 'web')).toBe(`started by request; the main process (${pid}) ${halted}`);
    world.stop('web');
    expect(why(world, 'web')).toContain(
      `was sent the TERM signal and still runs; KILL follows in 5 seconds and ${halted}`,
    );
    world.report({ type: 'continued', process: token, pid });
    expect(why(world, 'web')).toMatch(/KILL follows in 5 seconds$/);
  });
});

describe('a hook that waits for an event of its own', () => {
  it('is reported as one chain, to the job that holds the event and what that needs', () => {
    const world = new TestWorld();
    world.job('store', 'start on boot-it\npre-start exec announce\n');
    world.job('framework', 'start on started store\npost-start exec initctl emit framework_ready\nexec framework\n');
    world.job('sync', 'start on store-mounted and framework_ready\nexec sync\n');
    world.emit('boot-it');
    const from = { job: 'store', instance: '' };
    world.request({ method: 'emit', name: 'store-mounted', env: [], wait: true, from });
    const { pid } = world.process('announce');
    expect(why(world, 'store')).toBe(
      `started by \`boot-it\`; the pre-start process (${pid}) waits for its own event \`store-mounted\` to be over`,
    );
    expect(chain(world, 'store')).toEqual([
      `the pre-start process (${pid}) waits for its own event \`store-mounted\` to be over`,
      ' sync has half of its `start on`; it still needs `framework_ready`',
      '  `framework_ready`: framework, which is stop/waiting, emits it',
      '   framework needs `started store` to start',
      '    `started store`: store is start/pre-start',
    ]);
    expect(explain(world, 'store').instances[0]?.hints).toEqual([
      '`initctl emit --no-wait` in the hook does not wait for the event',
    ]);
  });
});

describe('an event that nobody emits', () => {
  const note = (world: TestWorld, condition: string): string | null | undefined => {
    world.job('web', `start on ${condition}\nexec web\n`);
    return explain(world, 'web').startOn?.operands[0]?.note;
  };

  it('is reported, with what may be meant', () => {
    const world = new TestWorld();
    world.job('db', 'emits db-ready db-*-gone\npost-start exec initctl emit -n cache-ready X=1\nexec db\n');
    expect(note(world, 'shutdown')).toBe('nobody is known to emit it; `runlevel [06]` may be meant');
    expect(note(world, 'db-redy')).toBe('nobody is known to emit it; `db-ready` may be meant');
    expect(note(world, 'db')).toBe('nobody is known to emit it; db is a job, whose event is `started db`');
    expect(note(world, 'nothing-near')).toBe('nobody is known to emit it');
    for (const known of ['runlevel 2', 'filesystem', 'net-device-added', ':sys:startup', 'x/failed'])
      expect(note(world, known)).toBeNull();
    for (const emitted of ['db-ready', 'db-1-gone', 'cache-ready'])
      expect(note(world, emitted)).toBe('db, which is stop/waiting, emits it');
    world.emit('by-hand');
    expect(note(world, 'by-hand')).toBeNull();
  });

  it('is reported for a `stop on`, too', () => {
    const world = new TestWorld();
    world.job('web', 'stop on shutdown or runlevel 0 or session-end\nexec web\n');
    expect(explain(world, 'web').notes).toEqual([
      'its `stop on` waits for `shutdown`: nobody is known to emit it; `runlevel [06]` may be meant',
    ]);
  });

  it('is one that has not been seen lately, if there are very many names', () => {
    const world = new TestWorld();
    world.emit('first');
    for (let i = 1; i < MAX_SEEN; i++) world.emit(`e${i}`);
    expect(note(world, 'first')).toBeNull();
    world.emit('one-more');
    expect(note(world, 'first')).toBe('nobody is known to emit it');
    expect(world.engine.state.seenEvents?.size).toBe(MAX_SEEN);
  });
});

describe('what a file says and does not mean', () => {
  it('is reported for a limit without `respawn`', () => {
    const world = new TestWorld();
    world.job('tunnel', 'respawn limit 0 60\nexec tunnel\n');
    const note = 'it has a `respawn limit`, but no `respawn`: it is not started again when it ends';
    expect(explain(world, 'tunnel').notes).toEqual([note]);
    world.job('tunnel', 'respawn\nrespawn limit 0 60\nexec tunnel\n');
    expect(explain(world, 'tunnel').notes).toEqual([]);
  });

  it('is reported for two jobs behind one `started`', () => {
    const world = new TestWorld();
    world.job('mountall', 'task\n');
    world.job('net', 'task\n');
    world.job('many', 'instance $N\nexec many\n');
    world.job('app', 'start on started mountall net or started mountall x or started many 1\nexec app\n');
    const read = (word: string): string =>
      `never comes: \`${word}\` is read as the instance of mountall, which has no instances`;
    expect(explain(world, 'app').startOn?.operands.map(({ note }) => note)).toEqual([
      `${read('net')}; both jobs are \`started mountall and started net\``,
      read('x'),
      'many is stop/waiting',
    ]);
  });

  it('is reported for `manual`', () => {
    const world = new TestWorld();
    const switchedOff = { path: '/etc/init/web.override', line: 2 };
    world.job('web', 'exec web\n');
    expect(explain(world, 'web', { switchedOff }).why).toBe(
      'never started; /etc/init/web.override:2 says `manual`, so it is started by request only',
    );
    world.start('web');
    world.stop('web');
    world.exit(world.process('web'));
    expect(explain(world, 'web', { switchedOff })).toMatchObject({
      why: 'stopped by request',
      notes: ['/etc/init/web.override:2 says `manual`: it is started by request only'],
    });
  });

  it('is reported for a file that is broken, with what counts', () => {
    const world = new TestWorld();
    const broken = (path: string) => ({ broken: [{ path, job: 'web', line: 2, message: 'Unknown stanza' }] });
    world.job('web', 'exec web\n');
    expect(explain(world, 'web', broken('/etc/init/web.override')).notes).toEqual([
      '/etc/init/web.override has an error and does not count; /etc/init/web.conf does',
    ]);
    world.start('web');
    world.input({ type: 'define', name: 'web', definition: null });
    expect(explain(world, 'web', broken('/etc/init/web.conf')).notes).toEqual([
      'its file has an error; what it said before is in use until the job has stopped',
    ]);
    expect(explain(world, 'web').notes).toEqual(['its file is gone; the job lasts until it has stopped']);
    world.job('web', 'exec other\n');
    expect(explain(world, 'web').notes).toEqual([
      'its file has changed; the old definition counts until the job has stopped',
    ]);
  });
});
