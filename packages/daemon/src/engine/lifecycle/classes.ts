/**
 * Job classes: adding and replacing them (reference: job files §6.1).
 */
import type { JobDefinition } from '@upstart/job-language';
import { resetCondition } from '../model/blocking.ts';
import { newConditionState } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { ClassState } from '../model/state.ts';
import { heedListener } from '../processes/standing-orders.ts';

/**
 * The last instance of a class has ended: changes of its files take effect now. The progress of the old condition
 * is dropped, as in the original.
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

/** Replaces a class; null: removes it. The caller releases the events that the old condition holds. */
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
