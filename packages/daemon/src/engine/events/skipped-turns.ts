/** Timers that come while their task still runs: it skips that turn. */
import { TIMER_EVENT } from '@upstart/job-language';
import type { Context } from '../model/context.ts';
import { type EventState, eventText, type InstanceState } from '../model/state.ts';

/** Logs the first skipped turn of a run, and again the second, fourth, eighth … */
export function noteSkippedTurn(context: Context, instance: InstanceState, events: readonly EventState[]): void {
  const timer = events.find(({ name }) => name === TIMER_EVENT);
  if (!timer) return;
  const skipped = (instance.skippedTurns ?? 0) + 1;
  instance.skippedTurns = skipped;
  if ((skipped & (skipped - 1)) !== 0) return;
  const turns = skipped === 1 ? 'its turn' : `${skipped} turns`;
  const text = `${context.display(instance)} still runs: it skips ${turns}, the last one \`${eventText(timer)}\``;
  context.logAbout(instance, 'message', text);
}
