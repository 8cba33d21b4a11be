/** The failure of a run: the first one counts. */
import type { JobDefinition } from '@upstart/job-language';
import { noteExitStatus } from '../lifecycle/exit-job.ts';
import { release } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import type { FailureState } from '../model/failure-state.ts';
import type { ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { exitHint, neverRan } from './exit-hints.ts';
import { command } from './failed-setting.ts';

/** `process`: the one that failed, if it has run. */
interface Failed extends Pick<FailureState, 'slot' | 'status' | 'text'> {
  readonly process?: Pick<ProcessState, 'pid' | 'firstPid'> | undefined;
  readonly setting?: string | null;
}

/** Records the first failure of a run, and releases its waiters with an error. */
export function fail(context: Context, instance: InstanceState, failed: Failed): void {
  const { slot, status, text, process, setting = null } = failed;
  const { definition } = context.classOf(instance);
  const shown = slot === 'respawn' || slot === 'ready' ? 0 : status;
  // A failure after the main process does not change that one's status.
  if (slot === 'pre-start' || slot === 'security' || status === -1) noteExitStatus(context, instance, status);
  if (!instance.failure) {
    const words = slot === 'respawn' ? `respawning too fast: ${text}` : text;
    instance.failure = { slot, status: shown, text: words, state: instance.state, at: context.wallMs };
    // Output is noted with the process that was started, whatever forks of it were followed.
    const pid = process?.firstPid || process?.pid;
    if (pid) instance.failure.pid = pid;
    explainFailure(definition, instance, instance.failure, status, setting);
  }
  const job = definition.name;
  context.notify({ event: 'failed', job, instance: instance.name, status: shown });
  release(context, instance, true);
}

/** Facts that are noted with a failure: the job's file may have changed when a client asks. */
function explainFailure(
  definition: JobDefinition,
  { hints }: InstanceState,
  failure: FailureState,
  status: number,
  setting: string | null,
): void {
  if (failure.slot === 'ready') return;
  const slot = failure.slot === 'respawn' ? 'main' : failure.slot;
  const hint = exitHint(definition, slot, status);
  if (hint !== null) hints.push(hint);
  const told = setting ?? (neverRan(status) ? command({ definition, slot }) : null);
  if (told !== null) failure.setting = told;
}
