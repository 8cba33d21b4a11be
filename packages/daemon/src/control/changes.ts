/** Requests that change something: they go through the engine's journal. */
import type { EngineRequest } from '../engine/model/messages.ts';
import type { Caller, ControlContext } from './context.ts';

/** Requests that the bridge makes for another machine, too. */
type ForwardedRequest = Extract<EngineRequest, { method: 'start' | 'stop' | 'restart' | 'reload' | 'kill' | 'emit' }>;

/** Requests whose caller the history names. */
type NamedRequest = ForwardedRequest | Extract<EngineRequest, { method: 'grantLease' | 'endLease' }>;

/** Has the engine carry out a request. */
export function change<T>(context: ControlContext, caller: Caller, request: EngineRequest): Promise<T> {
  if (caller.key !== undefined) caller.needs(caller.key);
  return context.runner.request(request, caller.key) as Promise<T>;
}

/** As above, for a request whose caller the history names. */
export async function changeNamed<T>(context: ControlContext, caller: Caller, given: NamedRequest): Promise<T> {
  const request = 'by' in given ? await withProvenOrigin(context, caller, given) : given;
  const peer = caller.process?.reference();
  try {
    return await change(context, caller, peer === undefined ? request : { ...request, peer });
  } finally {
    await caller.process?.known();
  }
}

/** Only the bridge knows on whose behalf a request of another machine is made: what any other client says of that does not count. */
async function withProvenOrigin(
  context: ControlContext,
  caller: Caller,
  request: ForwardedRequest,
): Promise<ForwardedRequest> {
  const pid = (await caller.process?.pid()) ?? null;
  if (pid !== null && context.isBridge(pid)) return request;
  const { by: _, ...own } = request;
  return own;
}
