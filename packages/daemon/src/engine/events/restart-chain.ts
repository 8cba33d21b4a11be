/**
 * Restarts and reloads that follow from one another: `restart on` and `reload on` of several jobs may lead in a circle. Events and
 * instances carry how many came before them, and at a limit no further one comes (reference: jobs §2.1).
 */
import type { Context } from '../model/context.ts';
import { displayName, type EventState, eventText, type InstanceState } from '../model/state.ts';

/** The most restarts and reloads by events in a row. */
export const MAX_RESTART_CHAIN = 32;

/** An event that a process emits after its job has run for so many milliseconds begins anew: it has another reason. */
export const CHAIN_ENDS_MS = 60_000;

/** What an instance does follows from these events. */
export function followEvents(instance: InstanceState, events: readonly EventState[]): void {
  setChain(instance, longestOf(events));
}

/** Counts a restart or reload by events. Returns whether it may come. */
export function extendChain(
  context: Context,
  instance: InstanceState,
  stanza: 'restart on' | 'reload on',
  events: readonly EventState[],
): boolean {
  const before = longestOf(events);
  if (before < MAX_RESTART_CHAIN) {
    setChain(instance, before + 1);
    return true;
  }
  const last = events.find(({ chain = 0 }) => chain === before) as EventState;
  const text = `\`${stanza}\` has ignored \`${eventText(last)}\`: ${before} restarts and reloads by events have followed from one another`;
  if (!instance.hints.includes(text)) instance.hints.push(text);
  const { name: job } = context.classOf(instance).definition;
  context.logAbout(instance, 'warn', `${displayName(job, instance.name)}: ${text}: do jobs restart each other?`);
  return false;
}

/** How many restarts an event of a process of the instance follows from. */
export function chainOfProcess(
  { wallMs }: Pick<Context, 'wallMs'>,
  { state, since = 0, chain = 0 }: InstanceState,
): number {
  return state === 'running' && wallMs - since >= CHAIN_ENDS_MS ? 0 : chain;
}

function setChain(instance: InstanceState, chain: number): void {
  if (chain > 0) instance.chain = chain;
  else delete instance.chain;
}

function longestOf(events: readonly EventState[]): number {
  return events.reduce((most, { chain = 0 }) => Math.max(most, chain), 0);
}
