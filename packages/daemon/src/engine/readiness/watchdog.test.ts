import { deserialize, serialize } from 'node:v8';
import { expect, it } from 'vitest';
import { Engine } from '../engine.ts';
import { LATE_MS } from '../model/timers.ts';
import { TestWorld } from '../testing/world.ts';

const SIGABRT = 6;
const SIGKILL = 9;
const SIGTERM = 15;

function running(text: string): TestWorld {
  const world = new TestWorld();
  world.job('web', `watchdog 10\n${text}exec main\n`);
  world.start('web');
  expect(world.process('main').spec.env).toEqual(
    expect.arrayContaining(['NOTIFY_SOCKET=@', 'WATCHDOG_PID=0', 'WATCHDOG_USEC=10000000']),
  );
  return world;
}

const say = (world: TestWorld, text: string): void => world.said(world.process('main'), text);
const signals = (world: TestWorld): number[] => world.process('main').signals;

it('ends a process that has been silent for too long, and respawns it under the respawn limit', () => {
  const world = running('respawn\nrespawn limit 1 100\n');
  for (const _time of [1, 2]) {
    world.wait(9000);
    say(world, 'WATCHDOG=1');
  }
  world.wait(9999);
  expect(signals(world)).toEqual([]);
  world.wait(1);
  expect(signals(world)).toEqual([SIGABRT]);
  expect(world.logged().join()).toContain('main process did not say WATCHDOG=1 within 10 seconds');
  world.exit(world.process('main'), 0, SIGABRT);
  expect([world.status('web'), signals(world)]).toEqual(['web start/running', []]);
  world.wait(10_000);
  world.exit(world.process('main'), 0, SIGABRT);
  expect(world.status('web')).toBe('web stop/waiting');
});

it('kills one that SIGABRT does not end', () => {
  const world = running('kill timeout 2\n');
  world.wait(11_999);
  expect(signals(world)).toEqual([SIGABRT]);
  say(world, 'WATCHDOG=1');
  world.wait(1);
  expect(signals(world)).toEqual([SIGABRT, SIGKILL]);
  world.exit(world.process('main'), 0, SIGKILL);
  expect([world.status('web'), world.engine.nextDue()]).toEqual(['web stop/waiting', null]);
});

it('begins when the job has started', () => {
  const world = running('expect notify\n');
  world.wait(20_000);
  expect(signals(world)).toEqual([]);
  say(world, 'READY=1');
  world.wait(10_000);
  expect(signals(world)).toEqual([SIGABRT]);
});

it('can be triggered by the process', () => {
  const world = running('');
  say(world, 'WATCHDOG=trigger');
  say(world, 'WATCHDOG=trigger');
  expect(signals(world)).toEqual([SIGABRT]);
});

it('expects nothing of a process that stops', () => {
  const world = running('kill timeout 100\n');
  world.stop('web');
  world.wait(50_000);
  expect(signals(world)).toEqual([SIGTERM]);
  const other = running('');
  say(other, 'STOPPING=1');
  other.wait(50_000);
  expect(signals(other)).toEqual([]);
});

it('continues under the next daemon', () => {
  const world = running('');
  world.engine = new Engine(deserialize(serialize(world.engine.state)));
  world.wait(10_000);
  expect(signals(world)).toEqual([SIGABRT]);
});

it('gives a process its time again when the daemon was away at the deadline: its messages may not have been read', () => {
  const world = running('');
  const late = (ms: number): void => {
    world.now = (world.engine.nextDue() ?? 0) + ms;
    world.input({ type: 'tick' });
  };
  late(LATE_MS);
  expect(signals(world)).toEqual([]);
  world.wait(9999);
  say(world, 'WATCHDOG=1');
  world.wait(9999);
  expect(signals(world)).toEqual([]);
  late(LATE_MS - 1);
  expect(signals(world)).toEqual([SIGABRT]);
});

it('has a job respawn by the daemon alone, and without it there is no timer', () => {
  const world = running('respawn\n');
  expect(world.process('main').spec.orderable).toBe(false);
  const plain = new TestWorld();
  plain.job('web', 'notify access all\nexec main\n');
  plain.start('web');
  say(plain, 'WATCHDOG=1');
  expect(plain.engine.nextDue()).toBeNull();
});
