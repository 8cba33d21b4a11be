/**
 * Job classes: adding them, and putting one in the place of another (reference: job files §6.1).
 */
import type { JobDefinition } from '@upstart/job-language';
import { resetCondition } from '../model/blocking.ts';
import { newConditionState } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { ClassState } from '../model/state.ts';
import { heedListener } from '../processes/standing-orders.ts';

/**
 * The last instance of a class has ended: what its files have become meanwhile counts from now on. What the old condition
 * has seen while the job ran is forgotten, as in the original.
 */
export function classIsIdle(context: Context, jobClass: ClassState): void {
  if (!jobClass.next) return;
  replaceClass(context, jobClass, jobClass.next.definition);
  forgetHalfMatch(context, jobClass);
}

export function addClass(context: Context, definition: JobDefinition): ClassState {
  const jobClass: ClassState = {
    id: context.newId(),
    definition,
    startOn: definition.startOn ? newConditionState(definition.startOn) : null,
    instances: new Map(),
    next: null,
    last: null,
  };
  context.state.classes.set(definition.name, jobClass);
  context.indexClass(jobClass);
  heedListener(context, jobClass);
  context.notify({ event: 'job-added', job: definition.name });
  return jobClass;
}

/** Puts a class in the place of an old one; null: none. What the old condition has seen is still to be let go. */
export function replaceClass(context: Context, old: ClassState, definition: JobDefinition | null): ClassState | null {
  const { name } = old.definition;
  context.state.classes.delete(name);
  context.unindexClass(old);
  context.notify({ event: 'job-removed', job: name });
  const fresh = definition && addClass(context, definition);
  if (fresh) fresh.last = old.last;
  return fresh;
}

export function forgetHalfMatch(context: Context, { startOn }: ClassState): void {
  if (startOn) resetCondition(context, startOn);
}
