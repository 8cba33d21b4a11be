/**
 * Whether the state agrees with the processes of the supervisor. It does unless saved state was lost; then /proc shows which jobs the
 * processes belong to.
 */
import type { Engine } from '../engine/engine.ts';
import type { Adoption, FoundProcess } from '../engine/model/messages.ts';
import { waitsForTimer } from '../engine/model/process-state.ts';
import { processesOf } from '../engine/model/state.ts';
import { ownJob, readTexts } from '../proc/processes.ts';
import type { SupervisorState } from '../supervisor/process-messages.ts';

/**
 * The input that makes the engine's state agree with the supervisor; null when it does already. `acknowledged` is the number of the last
 * report that a daemon has acknowledged, which does not come again. `read` returns the facts of a process in /proc.
 */
export function adoption(
  { state, context }: Engine,
  { lastCommand, processes }: Pick<SupervisorState, 'lastCommand' | 'processes'>,
  acknowledged: number,
  read: (process: SupervisorState['processes'][number]) => FoundProcess = readProcess,
): Adoption | null {
  // A process of a standing order joins the state with the report that it has replaced another one.
  const ordered = new Set([...state.instances.values()].flatMap(({ orders }) => orders ?? []));
  const probes = state.probeProcesses ?? new Map<number, unknown>();
  const isKnown = (process: number): boolean =>
    context.findProcess(process) !== undefined || ordered.has(process) || probes.has(process);
  const unknown = processes.filter(({ process }) => !isKnown(process));
  const alive = new Set(processes.map(({ process }) => process));
  const doubtful = [...state.instances.values()].some((instance) =>
    [...processesOf(instance)].some(
      ([, process]) =>
        process.token <= lastCommand &&
        !waitsForTimer(process) &&
        !(process.phase === 'executed' && alive.has(process.token)),
    ),
  );
  const isLost = [...probes.keys()].some((token) => token <= lastCommand && !alive.has(token));
  const knowsAll = unknown.length === 0 && !doubtful && !isLost && state.nextCommand > lastCommand;
  if (knowsAll && acknowledged <= state.lastReport) return null;
  const found = unknown.sort((a, b) => a.process - b.process).map(read);
  return { type: 'adopt', lastCommand, acknowledged, alive: processes, unknown: found };
}

/** A process as /proc shows it; without a job if the program has overwritten its environment. */
function readProcess({ process, pid }: SupervisorState['processes'][number]): FoundProcess {
  const env = readTexts(`/proc/${pid}/environ`);
  const { job, instance } = ownJob(env);
  return { process, pid, job, instance, argv: readTexts(`/proc/${pid}/cmdline`), env };
}
