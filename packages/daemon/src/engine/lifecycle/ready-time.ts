/** How long a start takes until the job runs. Without the wait for a lease, which other hosts decide; with that for the event `starting`. */
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';

type Timed = Pick<InstanceState, 'startBeganMs' | 'readyTimeMs'>;

export function beginReadyTime({ nowMs }: Pick<Context, 'nowMs'>, instance: Timed): void {
  instance.startBeganMs = nowMs;
}

/** It runs. A start that an older daemon has begun has no time. */
export function noteReadyTime({ nowMs }: Pick<Context, 'nowMs'>, instance: Timed): void {
  if (instance.startBeganMs !== undefined) instance.readyTimeMs = nowMs - instance.startBeganMs;
  delete instance.startBeganMs;
}
