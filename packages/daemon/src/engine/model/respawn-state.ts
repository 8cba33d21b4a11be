/** The respawns of an instance as the state keeps them, besides the respawn limit. */

/** Respawns between which the job never ran for long (`respawn reset`). */
export interface RespawnSeries {
  count: number;
  /** When the first of them was, in milliseconds since the epoch. */
  since: number;
  /** The same in milliseconds of monotonic time. */
  sinceMs: number;
  /** They came so fast that the job flaps, and the event for that has been emitted. */
  flaps: boolean;
  /** When the instance ran again, in milliseconds of monotonic time; absent until then. */
  runsSinceMs?: number;
}

/** A pause before a respawn (`respawn delay`). `timer` and `until` (milliseconds since the epoch) are 0 before it begins. */
export interface RespawnPause {
  ms: number;
  timer: number;
  until: number;
}
