/** Format 6 has the unit in the name of each quantity, and one name for processes with standing orders. Older state has other names. */
import type { Recovered } from './store.ts';

type Names = Readonly<Record<string, string>>;

const SETTINGS: Names = { hookTimeout: 'hookTimeoutS', stopTimeout: 'stopTimeoutS' };
const DEFINITION: Names = {
  killTimeout: 'killTimeoutS',
  hookTimeout: 'hookTimeoutS',
  respawnInterval: 'respawnIntervalS',
};
const INSTANCE: Names = { respawnTime: 'respawnWindowS' };
const PROCESS: Names = { repeatable: 'orderable' };
const TIMER: Names = { due: 'dueMs' };
const COMMAND_TYPES: Names = { again: 'standing-order', 'not-again': 'withdraw-standing-order' };
const SPEC: Names = { keep: 'orderable' };
const REPORT: Names = { again: 'standingOrder' };
const QUIESCE: Names = { began: 'beganMs', phaseBegan: 'phaseBeganMs' };

/** Renames the fields of format 5. */
export function renameFields({ snapshot: { state, commands }, batches }: Recovered): void {
  rename(state.settings, SETTINGS);
  for (const command of commands as { type: string; spec?: object }[]) {
    command.type = COMMAND_TYPES[command.type] ?? command.type;
    if (command.spec) rename(command.spec, SPEC);
  }
  if (state.quiesce) rename(state.quiesce, QUIESCE);
  for (const timer of state.timers.values()) rename(timer, TIMER);
  for (const { definition, next } of state.classes.values()) {
    renameInDefinition(definition);
    if (next?.definition) renameInDefinition(next.definition);
  }
  for (const input of batches.flat()) {
    if (input.type === 'define' && input.definition) renameInDefinition(input.definition);
    if (input.type === 'report') rename(input.report, REPORT);
  }
  for (const instance of state.instances.values()) {
    rename(instance, INSTANCE);
    for (const process of Object.values(instance.processes)) rename(process, PROCESS);
    if (instance.successor) rename(instance.successor, PROCESS);
  }
}

function renameInDefinition(definition: { unread?: string[] }): void {
  rename(definition, DEFINITION);
  // State of a format before 4 has no such list.
  if (definition.unread) definition.unread = definition.unread.map((field) => DEFINITION[field] ?? field);
}

function rename(object: object, names: Names): void {
  const fields = object as Record<string, unknown>;
  for (const [older, name] of Object.entries(names)) {
    if (!(older in fields)) continue;
    fields[name] = fields[older];
    delete fields[older];
  }
}
