import { expect, it } from 'vitest';
import { jobStatus, listJobs } from '../requests/queries.ts';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';
import { MAX_LOG_TROUBLES } from './log-troubles.ts';

const [EISDIR, ENOSPC] = [21, 28];

const logged = (world: TestWorld) =>
  world.effects.flatMap((effect) => (effect.type === 'log' && /[Ll]og file/.test(effect.text) ? [effect.text] : []));
const logsOf = (world: TestWorld, job: string) => explain(world, job).logs;

it('a log in trouble is in the status and the explanation of its instance until that is over', () => {
  const world = new TestWorld();
  world.job('web', 'instance $N\nexec main\n');
  world.job('web-x', 'exec other\n');
  world.start('web', 'N=a/b');
  const status = () => jobStatus(world.engine.context, { job: 'web', env: ['N=a/b'] }).instances[0]?.logTrouble;
  expect([status(), logsOf(world, 'web')]).toEqual([null, []]);
  const path = '/log/web-a_b.log';
  const since = 1_700_000_000_000 + world.now;
  world.report({ type: 'log-trouble', path, errno: ENOSPC });
  const told = { path, error: 'No space left on device', meaning: null, since, dropped: 0 };
  expect([status(), logsOf(world, 'web')]).toEqual([told, [told]]);
  world.now += 60_000;
  world.report({ type: 'log-dropped', path, errno: EISDIR, count: 5000 });
  const later = { path, error: 'Is a directory', meaning: 'there is a folder in its place', since, dropped: 5000 };
  expect([status(), logsOf(world, 'web'), logsOf(world, 'web-x')]).toEqual([later, [later], []]);
  expect(listJobs(world.engine.context)[0]?.instances[0]?.logTrouble).toEqual(later);
  world.stop('web', 'N=a/b');
  world.exit(world.process('main'));
  // Of an instance that has ended, too.
  expect(logsOf(world, 'web')).toEqual([later]);
  world.report({ type: 'log-restored', path, errno: 0, count: 5001 });
  expect(logsOf(world, 'web')).toEqual([]);
  expect(logged(world)).toEqual([
    `Failed to write to log file ${path}: No space left on device`,
    `Log file ${path} is written again: 5001 bytes of output were dropped`,
  ]);
});

it('says what came of it, and what is no trouble for those who write', () => {
  const world = new TestWorld();
  world.report({ type: 'log-trouble', path: '/log/a.log', errno: EISDIR });
  world.report({ type: 'log-restored', path: '/log/a.log', errno: EISDIR, count: 10 });
  world.report({ type: 'log-trouble', path: '/log/b.log', errno: EISDIR });
  world.report({ type: 'log-restored', path: '/log/b.log', errno: 0, count: 0 });
  world.report({ type: 'log-not-rotated', path: '/log/c.log', errno: EISDIR });
  expect(logged(world).filter((text) => !text.startsWith('Failed to write'))).toEqual([
    'Gave up what was kept for log file /log/a.log (Is a directory): 10 bytes of output were dropped',
    'Log file /log/b.log is written again: nothing was lost',
    'Failed to rotate log file /log/c.log: Is a directory',
  ]);
  expect(world.engine.state.logTroubles?.size).toBe(0);
});

it('a state that knows nothing of it, as after it was lost, is corrected with the next count', () => {
  const world = new TestWorld();
  world.job('web', 'exec main\n');
  world.report({ type: 'log-dropped', path: '/log/web.log', errno: ENOSPC, count: 7 });
  expect(logsOf(world, 'web')).toMatchObject([{ error: 'No space left on device', dropped: 7 }]);
});

it('remembers a bounded number of them', () => {
  const world = new TestWorld();
  for (let i = 0; i <= MAX_LOG_TROUBLES; i++)
    world.report({ type: 'log-trouble', path: `/log/${i}.log`, errno: ENOSPC });
  const { logTroubles } = world.engine.state;
  expect(logTroubles?.size).toBe(MAX_LOG_TROUBLES);
  expect([logTroubles?.has('/log/0.log'), logTroubles?.has('/log/1.log')]).toEqual([false, true]);
});
