/**
 * The job that init ends with (--exit-with): init exits with its status.
 */
import type { Context } from '../model/context.ts';
import type { ExitJobState } from '../model/exit-job-state.ts';
import { instanceLabel } from '../model/instance-label.ts';
import type { EventState, InstanceState } from '../model/state.ts';

/** The exit status as in shells. */
const SIGNAL_BASE = 128;
const NOT_STARTED = 127;

/** `status`: exit status or signal << 8; -1: it could not be started, or the status is unknown. */
export function noteExitStatus(context: Context, instance: InstanceState, status: number): void {
  if (!isExitJob(context, instance)) return;
  const signal = status >> 8;
  stateOf(context).status = status < 0 ? NOT_STARTED : signal > 0 ? SIGNAL_BASE + signal : status;
}

/** The instance has ended, which the event `stopped` reports. */
export function noteRest(context: Context, instance: InstanceState, stopped: EventState): void {
  if (isExitJob(context, instance)) stateOf(context).stopped = stopped.id;
}

export function isExitJob(context: Context, instance: InstanceState): boolean {
  const { exitWith } = context.state.settings;
  return exitWith === instanceLabel(context.classOf(instance).definition.name, instance.name);
}

function stateOf({ state }: Context): ExitJobState {
  state.exitJob ??= { status: 0 };
  return state.exitJob;
}
