/**
 * The specification of running processes, as far as a new daemon needs it: their users, and their control groups.
 */
import type { JobDefinition } from '@upstart/job-language';
import type { SpawnSpec } from '../../supervisor/process-messages.ts';
import { type EngineState, type InstanceState, processesOf } from '../model/state.ts';
import { probeSpec, spawnSpec } from './spawn-spec.ts';

interface RunningProcess {
  token: number;
  spec: SpawnSpec;
}

/** Processes with a user, a group or control groups of their own, and those that standing orders start in their place. */
export function runningProcesses(state: EngineState): RunningProcess[] {
  const { settings, classes, instances } = state;
  const running: RunningProcess[] = [];
  for (const { definition, instances: ids } of classes.values()) {
    const { setuid, setgid, cgroups } = definition;
    if (setuid === null && setgid === null && cgroups.length === 0 && !settings.jobCgroups) continue;
    for (const id of ids.values()) {
      const instance = instances.get(id);
      if (instance) running.push(...processesOfInstance(state, definition, instance));
    }
  }
  return running;
}

function* processesOfInstance(
  { settings, probeProcesses }: Pick<EngineState, 'settings' | 'probeProcesses'>,
  definition: JobDefinition,
  instance: InstanceState,
): Generator<RunningProcess> {
  for (const [slot, { token }] of processesOf(instance)) {
    if (!definition.processes[slot]) continue;
    const spec = spawnSpec(settings, definition, instance, slot);
    const orders = slot === 'main' ? (instance.orders ?? []) : [];
    for (const process of [token, ...orders]) yield { token: process, spec };
  }
  for (const { token, instance: of } of probeProcesses?.values() ?? []) {
    if (of !== instance.id) continue;
    yield { token, spec: probeSpec(settings, definition, instance, { kind: 'exec', text: '' }, 'check') };
  }
}
