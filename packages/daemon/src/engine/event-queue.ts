/**
 * The event queue: handing out events and ending them (reference: events §2–4).
 */
import { answerWaiter, emitEvent } from './blocking.ts';
import type { Context } from './context.ts';
import { offerToClass } from './event-start.ts';
import { advance } from './lifecycle.ts';
import type { EventState } from './state.ts';

/** Works until every event that is left waits for something. */
export function runEventQueue(context: Context): void {
  for (let event = context.nextEvent(); event; event = context.nextEvent()) {
    if (!event.handled) handle(context, event);
    if (event.blockers === 0) finish(context, event);
  }
}

function handle(context: Context, event: EventState): void {
  context.log('info', `Handling ${event.name} event`);
  event.handled = true;
  for (const jobClass of context.listeners.find(event)) offerToClass(context, jobClass, event);
}

const FAILED = '/failed';

function finish(context: Context, event: EventState): void {
  context.log('debug', `Finished ${event.name} event`);
  // Gone before anybody is told, so that nobody can come to wait for it.
  context.state.events.delete(event.id);
  for (const id of event.instances) {
    const instance = context.instance(id);
    if (!instance) continue;
    instance.blocker = 0;
    advance(context, instance);
  }
  for (const waiter of event.waiters) answerWaiter(context, waiter, event.failed, null);
  if (event.failed && !event.name.endsWith(FAILED)) emitEvent(context, event.name + FAILED, [...event.env]);
  context.notify({ event: 'event-emitted', name: event.name, env: event.env, failed: event.failed });
}
