/** `reload on`: the reload signal for an instance, once it runs. */
import { signalName } from '@upstart/common';
import type { State } from '@upstart/protocol';
import type { Context } from '../model/context.ts';
import type { InstanceState } from '../model/state.ts';
import { signalProcess } from '../processes/processes.ts';

/** States in which the program runs and may have read its files already, but may not be prepared for a signal. */
const COMING_UP: ReadonlySet<State> = new Set(['spawned', 'post-start']);

/** One without a main process, or that is about to stop, is left alone. */
export function isReloadable({ goal, state, processes }: InstanceState): boolean {
  return goal === 'start' && processes.main !== undefined && (state === 'running' || COMING_UP.has(state));
}

/** Sends the reload signal now, or when the instance runs. */
export function reloadInstance(context: Context, instance: InstanceState): void {
  instance.reloads = true;
  if (instance.state === 'running') reloadIfDue(context, instance);
}

/** The instance runs: sends the signal that it was to get. */
export function reloadIfDue(context: Context, instance: InstanceState): void {
  const { main } = instance.processes;
  if (!instance.reloads) return;
  delete instance.reloads;
  if (!main) return;
  const { reloadSignal } = context.classOf(instance).definition;
  const name = signalName(reloadSignal) ?? reloadSignal;
  const text = `Sending ${name} signal to ${context.display(instance)} main process (${main.pid}), as \`reload on\` says`;
  context.logAbout(instance, 'info', text, { slot: 'main', pid: main.pid });
  signalProcess(context, main, reloadSignal);
}
