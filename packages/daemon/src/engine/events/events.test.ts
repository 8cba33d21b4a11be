import { describe, expect, it } from 'vitest';
import { TestWorld } from '../testing/world.ts';

describe('conditions', () => {
  it('start a task once both halves have come, and keep the first emitter waiting until it has run', () => {
    const world = new TestWorld();
    world.job('pair', 'start on left and right\ntask\nexec work\n');
    const left = world.emit('left', 'A=1');
    expect(world.answer(left)).toBeNull();
    const right = world.emit('right', 'B=2');
    const work = world.process('work');
    expect(work.spec.env).toEqual(expect.arrayContaining(['A=1', 'B=2', 'UPSTART_EVENTS=left right']));
    expect([world.answer(left), world.answer(right)]).toEqual([null, null]);
    world.exit(work);
    expect([world.answer(left), world.answer(right)]).toEqual(['ok', 'ok']);
  });

  it('know the pattern of a file condition by its text, which need not match itself', () => {
    const world = new TestWorld();
    world.job('brackets', 'start on file FILE=/d/[ab] EVENT=create\ntask\nexec work\n');
    world.job('other', 'start on mine FILE=/d/[ab]\ntask\nexec other\n');
    world.emit('mine', 'FILE=/d/[ab]');
    world.emit('file', 'FILE=/d/a', 'EVENT=modify');
    expect(world.commands()).toEqual([]);
    world.emit('file', 'FILE=/d/[ab]', 'EVENT=create', 'MATCH=/d/a');
    expect(world.process('work').spec.env).toContain('MATCH=/d/a');
  });

  it('ignore a second occurrence of an event that they have', () => {
    const world = new TestWorld();
    world.job('keep', 'start on seen and wanted\ntask\nexec work\n');
    world.emit('seen', 'N=1');
    expect(world.answer(world.emit('seen', 'N=2'))).toBe('ok');
    world.emit('wanted');
    expect(world.process('work').spec.env).toContain('N=1');
  });

  it('forget everything when they have fired', () => {
    const world = new TestWorld();
    world.job('nest', 'start on a and (b or c)\ntask\nexec work\n');
    world.emit('a');
    world.emit('b');
    world.exit(world.process('work'));
    world.emit('c');
    expect(world.commands()).toEqual([]);
    world.emit('a');
    expect(world.process('work').spec.env).toContain('UPSTART_EVENTS=a c');
  });

  it('have no use for half of a side that is not true: the event is let go as if it had not come', () => {
    const world = new TestWorld();
    world.job(
      'svc',
      'start on (disks and network) or rescue\nstop on (off and sure) or now\ntask\nexec work\npost-stop exec poststop\n',
    );
    const disks = world.emit('disks', 'A=1');
    const rescue = world.emit('rescue', 'B=2');
    const { env } = world.process('work').spec;
    expect(env).toEqual(expect.arrayContaining(['B=2', 'UPSTART_EVENTS=rescue']));
    expect(env).not.toContain('A=1');
    expect([world.answer(disks), world.answer(rescue)]).toEqual(['ok', null]);

    const off = world.emit('off', 'C=3');
    const now = world.emit('now');
    expect([world.answer(off), world.answer(now)]).toEqual(['ok', null]);
    world.exit(world.process('work'), 0, 15);
    expect(world.process('poststop').spec.env).toContain('UPSTART_STOP_EVENTS=now');
  });

  it('take all events of the sides that are true', () => {
    const world = new TestWorld();
    world.job('svc', 'start on a and (b or c and d)\ntask\nexec work\n');
    for (const name of ['b', 'c', 'd', 'a']) world.emit(name);
    expect(world.process('work').spec.env).toContain('UPSTART_EVENTS=a b c d');
  });

  it('stop before they start: an event in both restarts a running job', () => {
    const world = new TestWorld();
    world.job('svc', 'start on again\nstop on again\nexec main\n');
    world.emit('again');
    const first = world.process('main');
    world.emit('again');
    expect(world.status('svc')).toBe('svc start/killed');
    world.exit(first, 0, 15);
    expect(world.status('svc')).toBe('svc start/running');
  });

  it('expand `stop on` from the instance, `start on` from nothing', () => {
    const world = new TestWorld();
    world.job('link', 'instance $DEV\nstart on up\nstop on down DEV=$DEV\n');
    world.job('never', 'env X=1\nstart on up X=$X\n');
    world.job('default', 'start on up X=${X:-1}\n');
    world.emit('up', 'DEV=a', 'X=1');
    world.emit('up', 'DEV=b');
    world.emit('down', 'DEV=a');
    expect(world.list()).toEqual(['link (b) start/running', 'never stop/waiting', 'default start/running']);
  });

  it.each([
    ['ev KEY=a*', ['KEY=abc'], true],
    ['ev KEY!=abc', ['KEY=abc'], false],
    ['ev KEY!=abc', ['KEY=x'], true],
    ['ev KEY!=abc', ['OTHER=x'], false],
    ['ev KEY=x!=y', ['KEY=x!=y'], true],
    ['ev a b', ['X=a', 'Y=b'], true],
    ['ev a b', ['X=a'], false],
    ['ev a Y=c', ['X=a', 'Z=b', 'Y=c'], true],
    ['ev a Y=c', ['X=a', 'Z=b', 'Y=d'], false],
    ['ev "*"', ['X=/a/b'], true],
    ['ev "[!x]*"', ['X=x1'], false],
  ])('%s matches %j: %s', (condition, env, matches) => {
    const world = new TestWorld();
    world.job('job', `start on ${condition}\n`);
    world.emit('ev', ...env);
    expect(world.status('job')).toBe(matches ? 'job start/running' : 'job stop/waiting');
  });
});

describe('events', () => {
  it('fail with the tasks they start, and are followed by NAME/failed, once', () => {
    const world = new TestWorld();
    world.job('bad', 'start on backup\ntask\nexec work\n');
    world.job('alarm', 'start on backup/failed\ntask\nexec alarm\n');
    const emit = world.emit('backup', 'DISK=sda');
    world.exit(world.process('work'), 1);
    expect(world.answer(emit)).toBe('Event failed');
    world.exit(world.process('alarm'), 1);
    expect(world.events().filter((event) => event.startsWith('backup'))).toEqual([
      'backup DISK=sda',
      'backup/failed DISK=sda',
    ]);
  });

  it('of a starting job hold it until the task on them has run', () => {
    const world = new TestWorld();
    world.job('prepare', 'start on starting web\ntask\nexec prepare\n');
    world.job('web', 'exec web\n');
    const start = world.start('web');
    expect(world.status('web')).toBe('web start/starting');
    world.exit(world.process('prepare'), 1);
    expect(world.answer(start)).toBe('ok');
    expect(world.events()).toContain('starting/failed JOB=web INSTANCE=');
  });

  it('reach the other jobs although one has an instance that cannot be named', () => {
    const world = new TestWorld();
    world.job('a', 'start on go\ninstance $MISSING\n');
    world.job('b', 'start on go\n');
    expect(world.answer(world.emit('go'))).toBe('ok');
    expect(world.list()).toEqual(['a stop/waiting', 'b start/running']);
    expect(world.logged()).toContain('warn: Failed to obtain a instance: Unknown parameter: MISSING');
  });

  it('carry what jobs export, not in place of what is there', () => {
    const world = new TestWorld();
    world.job('mount', 'env MODE=ro\nenv JOB=liar\nexport MODE JOB UNKNOWN\n');
    world.start('mount');
    expect(world.events()).toContain('started JOB=mount INSTANCE= MODE=ro');
  });

  it('take a chain of jobs down from its far end', () => {
    const world = new TestWorld();
    world.job('a', 'start on kick\nexec a\n');
    world.job('b', 'start on started a\nstop on stopping a\nexec b\n');
    world.job('c', 'start on started b\nstop on stopping b\nexec c\n');
    world.emit('kick');
    const stop = world.stop('a');
    expect(world.list()).toEqual(['a stop/stopping', 'b stop/stopping', 'c stop/killed']);
    for (const name of ['c', 'b', 'a']) {
      expect(world.answer(stop)).toBeNull();
      world.exit(world.process(name), 0, 15);
    }
    expect(world.answer(stop)).toBe('ok');
  });
});

describe('replacing a class', () => {
  it.each([
    ['stop first', ['a', 'b']],
    ['stopped first', ['b', 'a']],
  ])(
    'has the same outcome for two jobs of one event of which one stops the other, whatever their order: %s',
    (_name, order) => {
      const texts: Record<string, string> = {
        a: 'start on ev\nexec a\n',
        b: 'start on ev\nstop on started a\nexec b\n',
      };
      const world = new TestWorld();
      for (const job of order) world.job(job, texts[job] as string);
      world.emit('ev');
      expect(world.list().sort()).toEqual(['a start/running', 'b stop/killed']);
    },
  );

  it('drops half of a condition that has come when a new definition takes over at the last stop', () => {
    const world = new TestWorld();
    world.job('b', 'start on ev and go\nexec old\n');
    const go = world.emit('go');
    const start = world.start('b');
    expect(world.answer(start)).toBe('ok');
    world.job('b', 'start on ev and go\nexec new\n');
    expect(world.answer(go)).toBeNull();
    world.stop('b');
    world.exit(world.process('old'), 0, 15);
    expect(world.answer(go)).toBe('ok');
    world.emit('ev');
    expect(world.commands()).toEqual([]);
  });

  it('keeps half of a condition that has come, over an edit and a reload', () => {
    const world = new TestWorld();
    world.job('pair', 'start on one and two\ntask\nexec old\n');
    const one = world.emit('one', 'A=1');
    world.job('pair', 'start on one and two\ntask\nexec new\n');
    expect(world.answer(one)).toBeNull();
    world.emit('two');
    expect(world.process('new').spec.env).toContain('A=1');
  });

  it('lets an event go that the new condition does not ask for', () => {
    const world = new TestWorld();
    world.job('pair', 'start on one and two\n');
    const one = world.emit('one');
    world.job('pair', 'start on two and three\n');
    expect(world.answer(one)).toBe('ok');
  });

  it('waits for the last instance', () => {
    const world = new TestWorld();
    world.job('svc', 'exec old\n');
    world.start('svc');
    world.job('svc', 'exec new\n');
    world.restart('svc');
    world.exit(world.process('old'), 0, 15);
    expect(world.commands()).toEqual(['old']);
    world.stop('svc');
    world.exit(world.process('old'), 0, 15);
    world.start('svc');
    expect(world.commands()).toEqual(['new']);
    world.input({ type: 'define', name: 'svc', definition: null });
    expect(world.status('svc')).toBe('svc start/running');
    world.stop('svc');
    world.exit(world.process('new'), 0, 15);
    expect(world.answer(world.start('svc'))).toBe('Unknown job: svc');
  });
});
