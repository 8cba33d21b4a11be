/** Commands as far as supervisors of earlier versions know them. */
import type { SupervisorAbilities } from './abilities.ts';
import type { Command } from './process-messages.ts';

type Abilities = Pick<SupervisorAbilities, 'takesOrders' | 'keepsDeadlines' | 'endsGroups'>;

/** Null: it does not know the command, or what is left of it means nothing. */
export function asUnderstood(given: Command, { takesOrders, keepsDeadlines, endsGroups }: Abilities): Command | null {
  const ordered = takesOrders ? given : withoutOrders(given);
  const command = endsGroups || ordered === null ? ordered : withoutGroup(ordered);
  if (keepsDeadlines || command === null) return command;
  if (command.type === 'deadline') return null;
  if (command.type !== 'spawn' || command.spec.deadlineMs === undefined) return command;
  const { deadlineMs: _, ...spec } = command.spec;
  return { ...command, spec };
}

/** A process group may outlive its leader. */
function withoutGroup(command: Command): Command {
  if (command.type !== 'spawn' || !command.spec.takesGroup) return command;
  const { takesGroup: _, ...spec } = command.spec;
  return { ...command, spec };
}

/** Commands for a supervisor without standing orders: an order without effect is none. */
function withoutOrders(command: Command): Command | null {
  if (command.type === 'standing-order' || command.type === 'withdraw-standing-order') return null;
  return command.type === 'spawn' ? { ...command, spec: { ...command.spec, orderable: false } } : command;
}
