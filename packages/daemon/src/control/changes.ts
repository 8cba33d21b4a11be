/** Requests that change something: they go through the engine's journal. */
import type { EngineRequest } from '../engine/model/messages.ts';
import type { Caller, ControlContext } from './context.ts';

/** Requests whose caller the history names. */
type NamedRequest = Extract<EngineRequest, { method: 'start' | 'stop' | 'restart' | 'reload' | 'kill' | 'emit' }>;

/** Has the engine carry out a request. */
export function change<T>(context: ControlContext, caller: Caller, request: EngineRequest): Promise<T> {
  if (caller.key !== undefined) caller.needs(caller.key);
  return context.runner.request(request, caller.key) as Promise<T>;
}

/** As above, for a request whose caller the history names. */
export async function changeNamed<T>(context: ControlContext, caller: Caller, request: NamedRequest): Promise<T> {
  const peer = caller.process?.reference();
  try {
    return await change(context, caller, peer === undefined ? request : { ...request, peer });
  } finally {
    await caller.process?.known();
  }
}
