/** The respawn limit: so many respawns within an interval that the first of them opened (reference: jobs §4.3). */
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';

/** Counts a respawn, and returns whether it may come. */
export function countRespawn(context: Context, instance: InstanceState): boolean {
  const { respawnLimit, respawnIntervalS } = context.classOf(instance).definition;
  if (respawnLimit === 0 || respawnIntervalS === 0) return true;
  if (windowIsOpen(context, instance, respawnIntervalS)) {
    instance.respawnCount++;
    return instance.respawnCount <= respawnLimit;
  }
  instance.respawnWindowS = seconds(context);
  instance.respawnCount = 1;
  return true;
}

/** Whether the next respawn is within the limit, whenever it comes. */
export function respawnIsAllowed(context: Context, instance: InstanceState): boolean {
  const { respawnLimit, respawnIntervalS } = context.classOf(instance).definition;
  if (respawnLimit === 0 || respawnIntervalS === 0) return true;
  // A closed window stays closed.
  return instance.respawnCount < respawnLimit || !windowIsOpen(context, instance, respawnIntervalS);
}

function windowIsOpen(context: Context, { respawnCount, respawnWindowS }: InstanceState, intervalS: number): boolean {
  return respawnCount > 0 && seconds(context) - respawnWindowS < intervalS;
}

function seconds(context: Context): number {
  return Math.floor(context.nowMs / 1000);
}
