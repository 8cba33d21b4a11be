/** A restart by events that waits until these are quiet (`restart.ts`) is dropped where the instance stops, or restarts before. */
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';

export function dropRestart(context: Context, instance: InstanceState): void {
  if (!instance.postponed) return;
  context.disarm(instance.postponed.timer);
  delete instance.postponed;
}
