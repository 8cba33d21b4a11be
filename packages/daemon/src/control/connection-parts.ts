import type { ControlContext } from './context.ts';
import type { SocketLimits } from './limits.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Turns } from './turns.ts';

/** The parts of the daemon and of the listening socket that a connection uses. */
export interface ConnectionParts {
  context: ControlContext;
  /** Whether the client may change jobs, rather than only ask. */
  privileged: boolean;
  limits: SocketLimits;
  turns: Turns;
  /** Shared by all connections of the socket. */
  budget: MemoryBudget;
}
