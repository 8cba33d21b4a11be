/**
 * The event queue: handling and finishing events (reference: events §2–4).
 */

import { abandon, advance } from '../lifecycle/lifecycle.ts';
import { answerWaiter, emitEvent } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { type EventState, eventText } from '../model/state.ts';
import { offerToClass } from './event-start.ts';

/** Processes events until all that remain are blocked, or the steps of one turn are used up. */
export function runEventQueue(context: Context): void {
  let last: EventState | undefined;
  context.work.reset();
  // Waiting events do not count: after a crash each event is looked at again, and the pause must be at the same place.
  for (let done = 0; done < context.eventsAtOnce; ) {
    const event = context.nextEvent();
    if (!event) {
      delete context.state.paused;
      return;
    }
    if (!event.handled || event.blockers === 0) done++;
    if (!event.handled) {
      handle(context, event);
      done += context.work.takeSteps();
    }
    if (event.blockers === 0) finish(context, event);
    last = event;
  }
  const times = context.pauseQueue();
  if (times >= SUSPICIOUS && isPowerOfTwo(times)) {
    const steps = `${times * context.eventsAtOnce} steps of events have followed one another without a rest`;
    const event = last as EventState;
    const text = `${steps}, the last of them \`${eventText(event)}\`: do jobs start and stop each other?`;
    context.log('warn', text, { event: event.name });
  }
}

/** After so many pauses in a row it is logged, and again after twice, four times … as many. */
const SUSPICIOUS = 8;

function isPowerOfTwo(number: number): boolean {
  return (number & (number - 1)) === 0;
}

function handle(context: Context, event: EventState): void {
  context.log('info', `Handling ${event.name} event`, { event: event.name });
  event.handled = true;
  for (const jobClass of context.listeners.find(event)) {
    if (event.only?.job !== undefined && event.only.job !== jobClass.definition.name) continue;
    if (context.isAbout(jobClass) && !context.isFaulty(jobClass)) offerToClass(context, jobClass, event);
  }
  context.concern = null;
}

const FAILED = '/failed';

function finish(context: Context, event: EventState): void {
  context.log('debug', `Finished ${event.name} event`, { event: event.name });
  // Delete the event before notifying waiters, so that nothing new can wait for it.
  context.removeEvent(event);
  for (const id of event.instances) {
    const instance = context.instance(id);
    if (!instance) continue;
    instance.blocker = 0;
    if (context.isAbout(instance)) advance(context, instance, event.freed);
    else abandon(context, instance);
  }
  context.concern = null;
  for (const waiter of event.waiters) answerWaiter(context, waiter, event.failed, null);
  if (event.failed && !event.name.endsWith(FAILED)) {
    emitEvent(context, event.name + FAILED, [...event.env], event.freed ?? event.change, event.chain);
  }
  context.notify({ event: 'event-emitted', name: event.name, env: event.env, failed: event.failed });
}
