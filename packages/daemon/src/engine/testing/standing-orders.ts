/** A job for whose respawn the supervisor has a standing order. */
import { expect } from 'vitest';
import type { Command } from '../../supervisor/process-messages.ts';
import { TestWorld } from './world.ts';

/** The supervisor may respawn it by itself. */
export const SERVICE = 'respawn\nexec main\n';

/** The commands of these types among all effects. */
export function commandsOf({ effects }: TestWorld, ...types: Command['type'][]): Command[] {
  return effects.flatMap((effect) =>
    effect.type === 'command' && types.includes(effect.command.type) ? [effect.command] : [],
  );
}

/** A world in which the job runs. */
export function running(text: string, ...options: ConstructorParameters<typeof TestWorld>): TestWorld {
  const world = new TestWorld(...options);
  world.job('job', text);
  world.start('job');
  expect(world.status('job')).toBe('job start/running');
  return world;
}

/** The order that holds for the end of the job's main process; 0: none. */
export function orderOf(world: TestWorld): number {
  return world.process('main').standingOrder;
}
