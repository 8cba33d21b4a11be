/**
 * In state of format 5, the phase of a process follows from other fields: whether it has executed, its pid, its counters, and a timer that
 * spawns it again.
 */
import type { ProcessPhase, ProcessState } from '../engine/model/process-state.ts';
import { type EngineState, processesOf } from '../engine/model/state.ts';

type OlderProcess = Omit<ProcessState, 'phase' | 'lookups'> & {
  phase?: ProcessPhase;
  lookups?: number;
  execed?: boolean;
  /** The number of look-ups. */
  asked?: number;
};

/** Gives each process its phase, and drops the fields that it followed from. */
export function addPhases({ instances, timers }: Pick<EngineState, 'instances' | 'timers'>): void {
  const waiting = new Set<string>();
  for (const { action } of timers.values())
    if (action.kind === 'spawn') waiting.add(`${action.instance} ${action.slot}`);
  for (const instance of instances.values()) {
    for (const [slot, process] of processesOf(instance)) {
      const waits = process !== instance.successor && waiting.has(`${instance.id} ${slot}`);
      addPhase(process, waits);
    }
  }
}

function addPhase(process: OlderProcess, waits: boolean): void {
  process.phase = phaseOf(process, waits);
  if (process.asked !== undefined) process.lookups = process.asked;
  delete process.execed;
  delete process.asked;
}

function phaseOf({ execed, pid, retries, asked = 0 }: OlderProcess, waits: boolean): ProcessPhase {
  if (execed) return 'executed';
  if (pid !== 0) return 'started';
  if (!waits) return 'asked';
  return asked > 0 && retries === 0 ? 'resolving' : 'retrying';
}
