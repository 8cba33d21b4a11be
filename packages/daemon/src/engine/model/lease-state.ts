/**
 * The lease of an instance: one of the few places that a cluster has for instances like it (`cluster one`).
 *
 * ```
 *            granted          time to stop, or handed over      time is up, or lost
 *   awaited ─────────▶ held ────────────────────────────▶ ending ─────────────────▶ over
 *                       ▲ │ renewed                          │                        │
 *                       └─┘                                  └──── given back ◀───────┘
 * ```
 *
 * | step      | meaning                                                                                         |
 * | --------- | ----------------------------------------------------------------------------------------------- |
 * | awaited   | The instance stays in `starting`, before the event of that name, until the lease is granted.   |
 * | held      | It may run until the deadline.                                                                  |
 * | ending    | It stops. The lease is renewed meanwhile if possible, and given back when no process is left.   |
 * | signalled | The same, and its hooks have had their time: they and the main process have got the kill signal.|
 * | over      | Another host may have the lease soon, or has it: all processes got SIGKILL, and none is started.|
 */
export type LeaseStep = 'awaited' | 'held' | 'ending' | 'signalled' | 'over';

export interface LeaseState {
  /** How the keeper of leases names it; never used twice. */
  id: number;
  /** The name of the lease in the cluster. */
  name: string;
  step: LeaseStep;
  /** The fencing token: grows with each holder of a lease. 0 while it is awaited. */
  token: number;
  /** Milliseconds of monotonic time at which another host may take it; and how long a lease lasts from its renewal on. */
  deadlineMs: number;
  ttlMs: number;
  /** The timer of its next step, or 0. */
  timer: number;
  /** The host that has it, as far as the keeper has reported while this one waits. Absent: unknown. */
  heldBy?: string;
}
