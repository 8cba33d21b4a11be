/** For tests: worlds with a job that needs a lease. */
import { leaseStatus } from '../leases/lease.ts';
import { TestWorld } from './world.ts';

export const TTL_MS = 15_000;

/** A job that needs a lease, and does not run yet. */
export function waiting(text: string): TestWorld {
  const world = new TestWorld();
  world.engine.tellTo({ debug: true, info: true, watches: true });
  world.job('db', `cluster one main\n${text}exec main\n`);
  return world;
}

export const leaseId = (world: TestWorld): number => leaseStatus(world.engine.context)[0]?.lease ?? 0;

export function grant(world: TestWorld, token = 7, ttlMs = TTL_MS): string {
  return world.request({ method: 'grantLease', lease: leaseId(world), token, deadlineMs: world.now + ttlMs, ttlMs });
}

/** One that has it. */
export function held(text: string): TestWorld {
  const world = waiting(text);
  world.start('db');
  grant(world);
  return world;
}

/** As the keeper of leases does. */
export const end = (world: TestWorld, handOver: boolean): string =>
  world.request({ method: 'endLease', lease: leaseId(world), handOver, reason: 'asked for' });

export const signals = (world: TestWorld, command = 'main'): number[] => world.process(command).signals;

export const leaseEvents = (world: TestWorld): string[] =>
  world.effects.flatMap((effect) =>
    effect.type === 'notify' && effect.notification.event.startsWith('lease-') ? [effect.notification.event] : [],
  );

/** The last millisecond at which nothing happens. */
export function waitUntilLeft(world: TestWorld, leftMs: number): void {
  const [status] = leaseStatus(world.engine.context);
  world.wait((status?.deadlineMs ?? 0) - world.now - leftMs - 1);
}
