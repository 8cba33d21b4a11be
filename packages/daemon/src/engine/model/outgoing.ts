/** Events that are to go to the cluster, because a job says `emits cluster NAME`: kept until the bridge has sent them, up to a bound. */
import type { Context } from './context.ts';
import type { EngineRequest } from './messages.ts';
import type { ClassState, EventState } from './state.ts';

type Sent = Extract<EngineRequest, { method: 'outgoingSent' }>;

/** The most events that wait, and the characters of all their names and variables. Those that come then are dropped. */
export const MAX_OUTGOING = 1000;
export const MAX_OUTGOING_LENGTH = 1024 * 1024;

/** The names of events that are to go to the cluster, with the number of jobs that say so. */
export class OutgoingNames {
  readonly #jobs = new Map<string, number>();

  add({ definition }: ClassState): void {
    for (const name of definition.emitsCluster) this.#jobs.set(name, (this.#jobs.get(name) ?? 0) + 1);
  }

  remove({ definition }: ClassState): void {
    for (const name of definition.emitsCluster) {
      const left = (this.#jobs.get(name) ?? 0) - 1;
      if (left > 0) this.#jobs.set(name, left);
      else this.#jobs.delete(name);
    }
  }

  has(name: string): boolean {
    return this.#jobs.has(name);
  }
}

const lengthOf = ({ name, env }: Pick<EventState, 'name' | 'env'>): number =>
  env.reduce((sum, pair) => sum + pair.length, name.length);

/** The event was emitted, and is to go to the cluster. */
export function noteOutgoing(context: Context, { id, name, env }: EventState): void {
  const { state } = context;
  state.outgoing ??= { events: [], dropped: 0 };
  const { outgoing } = state;
  const length = outgoing.events.reduce((sum, event) => sum + lengthOf(event), lengthOf({ name, env }));
  if (outgoing.events.length < MAX_OUTGOING && length <= MAX_OUTGOING_LENGTH) {
    outgoing.events.push({ id, name, env: [...env], atMs: context.wallMs });
    context.notify({ event: 'outgoing' });
    return;
  }
  if (outgoing.dropped === 0) {
    const text = `${outgoing.events.length} events wait to be sent to the cluster; dropping further ones, the first is ${name}`;
    context.log('warn', text, { event: name });
  }
  outgoing.dropped += 1;
}

/** The events up to the id `upTo` have been sent, and that `told` of them were dropped has been reported. */
export function forgetOutgoing({ state }: Context, { upTo, dropped: told = 0 }: Sent): void {
  if (!state.outgoing) return;
  const events = state.outgoing.events.filter(({ id }) => id > upTo);
  const dropped = Math.max(0, state.outgoing.dropped - told);
  if (events.length === 0 && dropped === 0) delete state.outgoing;
  else state.outgoing = { events, dropped };
}
