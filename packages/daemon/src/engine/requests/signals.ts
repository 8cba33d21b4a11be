/** Requests that send a signal to a process of a job (reference: control §3.2). Replies come when it has been sent. */
import { type Slot, signalName } from '@upstart/common';
import { upstartError } from '@upstart/protocol';
import type { Context } from '../model/context.ts';
import { recordSignal } from '../model/history.ts';
import type { EngineRequest } from '../model/messages.ts';
import { hasPid, hasToken, type ProcessState } from '../model/process-state.ts';
import { displayName, type InstanceState } from '../model/state.ts';
import { runningHooks } from '../processes/hooks.ts';
import { signalProcess } from '../processes/processes.ts';
import { locateInstance } from './locate.ts';

/** A client that reloads a job continues when the signal has been sent. Throws UpstartError. */
export function reload(context: Context, key: string, request: SignalRequest<'reload'>): void {
  const { jobClass, name, instance } = locateInstance(context, request.target);
  const { main } = instance.processes;
  if (!main || !hasToken(main)) throw upstartError('not-running', displayName(jobClass.definition.name, name));
  send(context, key, request, instance, ['main', main], jobClass.definition.reloadSignal);
}

/** Sends any signal to the main process, or to the hook that runs. Throws UpstartError. */
export function kill(context: Context, key: string, request: SignalRequest<'kill'>): void {
  const { target, signal, hook } = request;
  const { instance } = locateInstance(context, target);
  const [slot, process] = (hook ? runningHook(instance) : mainProcess(instance)) ?? [];
  const display = context.display(instance);
  if (!process || !slot || !hasPid(process)) throw upstartError('no-process', display, hook ? 'hook' : 'main process');
  const name = signalName(signal) ?? String(signal);
  const line = `Sending ${name} signal to ${display} ${slot} process (${process.pid}), by ${request.by ?? 'request'}`;
  context.logAbout(instance, 'info', line, { slot, pid: process.pid });
  send(context, key, request, instance, [slot, process], signal);
}

type SignalRequest<M extends 'kill' | 'reload'> = Extract<EngineRequest, { method: M }>;

function send(
  context: Context,
  key: string,
  { method, by = 'request', peer }: SignalRequest<'kill' | 'reload'>,
  instance: InstanceState,
  [slot, process]: Found,
  signal: number,
): void {
  const why = { kind: 'request', text: `by ${by}`, request: method, peer } as const;
  const { pid } = process;
  recordSignal(context, instance, { process: slot, pid, signal }, why);
  const { name: job } = context.classOf(instance).definition;
  const named = { job, instance: instance.name, slot, pid, signal: signalName(signal) ?? String(signal) };
  context.notify({ event: 'signal', ...named });
  context.state.signalled.set(signalProcess(context, process, signal), key);
}

type Found = [slot: Slot, process: ProcessState];

function mainProcess({ processes: { main } }: InstanceState): Found | undefined {
  return main && ['main', main];
}

function runningHook(instance: InstanceState): Found | undefined {
  const [found] = runningHooks(instance);
  return found;
}
