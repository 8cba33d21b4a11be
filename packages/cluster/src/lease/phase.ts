/**
 * The phases of a lease that init wants or has (`tenure.ts`).
 *
 * ```
 *   finding ──▶ holding ◀── seeking ◀─────┐
 *      │           │ ▲         ▲          │
 *      │           ▼ │         │          │
 *      └──▶ over  lapsed ──▶ releasing ───┘ over
 * ```
 *
 * | phase     | meaning |
 * | --------- | --- |
 * | finding   | Init had the lease before this keeper began: looks for its place. |
 * | seeking   | Waits for a place that is free, and takes it. |
 * | holding   | Has a place, and renews its record. |
 * | lapsed    | The deadline has passed: init has ended the job, or does so. Nothing is renewed. |
 * | releasing | Writes that the place is free. |
 */
export type Phase = 'finding' | 'seeking' | 'holding' | 'lapsed' | 'releasing' | 'over';
