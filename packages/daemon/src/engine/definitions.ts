/**
 * Job classes as their files come, change and go (reference: job files §6.1).
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
    // An edit that was taken back, or a file that says what a daemon of before did not understand.
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

/** Events that the old condition has seen, and holds, are offered to the new one: nothing that has happened is lost by an edit. */
function inheritHalfMatch(context: Context, old: ClassState, fresh: ClassState): void {
  if (!old.startOn || !fresh.startOn) return;
  for (const event of new Set(eventsOf(context, satisfiedNodes(old.startOn)))) {
    for (const _node of offerEvent(fresh.startOn, event, [], { steps: MAX_MATCHING_STEPS })) block(event);
  }
  startIfTrue(context, fresh);
}
