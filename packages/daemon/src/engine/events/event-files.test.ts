/** Events that bring descriptors: which processes get them, and how long they are kept. */
import { expect, it } from 'vitest';
import { FILES_PER_PROCESS } from '../../supervisor/file-numbers.ts';
import { Engine } from '../engine.ts';
import { TestWorld } from '../testing/world.ts';

const SERVICE = 'start on ev\nstop on halt\npre-start exec before\nexec main\npost-stop exec after\nrespawn\n';

/** Of the process that was started last: its descriptors, and their numbers in its environment. */
function last(world: TestWorld): { files: readonly number[] | undefined; numbers: string | undefined; argv: string } {
  const { spec } = world.started.at(-1)!;
  const numbers = spec.env.find((entry) => entry.startsWith('UPSTART_FDS='))?.slice('UPSTART_FDS='.length);
  return { files: spec.files, numbers, argv: spec.argv[0] as string };
}

const kept = (world: TestWorld): number[] => [...world.engine.context.files];

function exit(world: TestWorld): void {
  world.exit([...world.processes.values()].at(-1)!);
}

it('every process of the instance has the descriptor, respawns included, until it has ended', () => {
  const world = new TestWorld();
  world.job('svc', SERVICE);
  world.job('other', 'start on ev2\nexec other\n');
  world.emitWithFile('ev', 41);
  expect(last(world)).toEqual({ argv: 'before', files: [41], numbers: '3' });
  exit(world);
  expect(last(world)).toEqual({ argv: 'main', files: [41], numbers: '3' });
  exit(world);
  exit(world);
  exit(world);
  expect(last(world)).toEqual({ argv: 'main', files: [41], numbers: '3' });
  world.emit('ev2');
  expect(last(world)).toEqual({ argv: 'other', files: undefined, numbers: undefined });
  expect(kept(world)).toEqual([41]);
  world.engine.context.files.isStale = false;
  world.stop('svc');
  world.exit([...world.processes.values()].find(({ spec }) => spec.argv[0] === 'main')!);
  expect(last(world)).toEqual({ argv: 'after', files: [41], numbers: '3' });
  expect(world.engine.context.files.isStale).toBe(false);
  exit(world);
  expect(kept(world)).toEqual([]);
  expect(world.engine.context.files.isStale).toBe(true);
});

it('the numbers stand in the order of the operands, and one event for two operands has one descriptor', () => {
  const world = new TestWorld();
  world.job('svc', 'start on b and plain and a\nexec main\n');
  world.job('twice', 'start on c and c\nexec main\n');
  world.emitWithFile('a', 1);
  world.emit('plain');
  expect(kept(world)).toEqual([1]);
  world.emitWithFile('b', 2);
  expect(last(world)).toMatchObject({ files: [2, 1], numbers: '3 4' });
  world.emitWithFile('c', 3);
  expect(last(world)).toMatchObject({ files: [3], numbers: '3 3' });
});

it('instances have their own', () => {
  const world = new TestWorld();
  world.job('svc', 'start on ev\ninstance $N\nexec main\n');
  for (const n of [1, 2]) {
    world.emitWithFile('ev', n, `N=${n}`);
    expect(last(world)).toMatchObject({ files: [n], numbers: '3' });
  }
  world.stop('svc', 'N=1');
  world.exit([...world.processes.values()][0]!);
  expect(kept(world)).toEqual([2]);
});

it('an event that starts nothing, or brings a stop, keeps nothing', () => {
  const world = new TestWorld();
  world.job('svc', SERVICE);
  world.emitWithFile('nothing', 1);
  world.start('svc');
  exit(world);
  world.emitWithFile('halt', 2);
  exit(world);
  expect(last(world)).toEqual({ argv: 'after', files: undefined, numbers: undefined });
  exit(world);
  expect(kept(world)).toEqual([]);
});

it('a restart with an environment begins without them; one of the instance keeps them', () => {
  const world = new TestWorld();
  world.job('svc', 'start on ev\nexec main\n');
  world.emitWithFile('ev', 1);
  world.request({ method: 'restart', target: { job: 'svc', instance: '' }, wait: false });
  exit(world);
  expect(last(world)).toMatchObject({ files: [1], numbers: '3' });
  world.restart('svc');
  exit(world);
  expect(last(world)).toMatchObject({ files: undefined, numbers: undefined });
  expect(kept(world)).toEqual([]);
});

it.each([0, 1])('a job gets as many as a process can have, and is not started with %i more', (more) => {
  const world = new TestWorld();
  const names = Array.from({ length: FILES_PER_PROCESS + more }, (_, i) => `e${i}`);
  world.job('svc', `start on ${names.join(' and ')}\nexec main\n`);
  names.forEach((name, i) => void world.emitWithFile(name, i + 1));
  expect(world.started).toHaveLength(more === 0 ? 1 : 0);
  expect(kept(world)).toHaveLength(more === 0 ? FILES_PER_PROCESS : 0);
  const text = `Too many descriptors: at most ${FILES_PER_PROCESS} of its events`;
  const logs = world.effects.filter((effect) => effect.type === 'log' && effect.text.includes(text));
  expect(logs).toHaveLength(more);
});

it('a restored state keeps them', () => {
  const world = new TestWorld();
  world.job('svc', 'start on ev\nexec main\n');
  world.job('pair', 'start on ev2 and never\nexec main\n');
  world.emitWithFile('ev', 1);
  world.emitWithFile('ev2', 2);
  world.engine = new Engine(structuredClone(world.engine.state));
  expect(kept(world).sort()).toEqual([1, 2]);
  expect(world.engine.context.files.isStale).toBe(true);
});

it('what sd_listen_fds(3) reads is there besides, with the names of the descriptors', () => {
  const world = new TestWorld();
  world.job('svc', 'start on a and b\nexec main\n');
  world.emitWithFile('a', 1, 'NAME=web');
  world.emitWithFile('b', 2);
  const { env, files } = world.started.at(-1)!.spec;
  const variables = env.filter((entry) => /^(LISTEN_|UPSTART_FDS=)/.test(entry)).sort();
  // The supervisor puts in the pid.
  expect(variables).toEqual(['LISTEN_FDNAMES=web:unknown', 'LISTEN_FDS=2', 'LISTEN_PID=0', 'UPSTART_FDS=3 4']);
  expect(files).toEqual([1, 2]);
});
