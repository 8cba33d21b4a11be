import type { ControlContext } from './handlers.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Turns } from './turns.ts';

/** The parts of the daemon and of the listening socket that a connection uses. */
export interface ConnectionParts {
  context: ControlContext;
  /** Whether the client may change things. */
  privileged: boolean;
  /** How many requests are worked on at once. */
  requests: number;
  /** How many requests are in flight at most: begun, and without an answer that the kernel has taken. */
  inFlight: number;
  turns: Turns;
  budget: MemoryBudget;
}
