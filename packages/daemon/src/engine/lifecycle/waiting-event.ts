/** The events that the life of an instance waits for. */
import { emitEvent } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { jobEventEnvironment } from '../model/job-events.ts';
import type { InstanceState } from '../model/state.ts';

/** Emits the event; the instance leaves its state when that is over. */
export function waitForEvent(context: Context, instance: InstanceState, name: 'starting' | 'stopping'): void {
  const event = emitEvent(
    context,
    name,
    jobEventEnvironment(context, instance, name === 'stopping'),
    instance.lastChange,
    instance.chain,
  );
  instance.blocker = event.id;
  event.instances.push(instance.id);
}
