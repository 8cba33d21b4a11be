/**
 * Adding, replacing and removing job classes (reference: job files §6.1).
 */
import { isSameDefinition, type JobDefinition } from '@upstart/job-language';
import { startIfTrue } from './events/event-start.ts';
import { addClass, forgetHalfMatch, replaceClass } from './lifecycle/classes.ts';
import { MAX_MATCHING_STEPS } from './limits.ts';
import { block, eventsOf } from './model/blocking.ts';
import { offerEvent, satisfiedNodes } from './model/condition-state.ts';
import type { Context } from './model/context.ts';
import type { ClassState } from './model/state.ts';

/** The definition of `name` is now this one, or none. A class with instances stays as it is until the last one has ended. */
export function defineClass(context: Context, name: string, definition: JobDefinition | null): void {
  const jobClass = context.state.classes.get(name);
  context.concern = name;
  context.state.faults?.delete(name);
  if (!jobClass) {
    if (definition) addClass(context, definition);
  } else if (definition && isSameDefinition(jobClass.definition, definition)) {
    // An edit that was undone, or a file with settings that an older daemon did not know.
    jobClass.definition = definition;
    jobClass.next = null;
  } else if (jobClass.instances.size > 0) {
    jobClass.next = { definition };
  } else {
    const fresh = replaceClass(context, jobClass, definition);
    if (fresh) inheritHalfMatch(context, jobClass, fresh);
    forgetHalfMatch(context, jobClass);
  }
}

/** Offers events that the old condition holds to the new one, so that an edit loses none of them. */
function inheritHalfMatch(context: Context, old: ClassState, fresh: ClassState): void {
  if (!old.startOn || !fresh.startOn) return;
  for (const event of new Set(eventsOf(context, satisfiedNodes(old.startOn)))) {
    for (const _node of offerEvent(fresh.startOn, event, [], { steps: MAX_MATCHING_STEPS })) block(event);
  }
  startIfTrue(context, fresh);
}
