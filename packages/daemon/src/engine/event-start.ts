/**
 * Starting and stopping jobs because their conditions have become true (reference: events §3, §5).
 */
import { conditionEvents } from '@upstart/protocol';
import type { JobDefinition } from '../job-definition.ts';
import { block, blockOn, eventsOf, release, resetCondition } from './blocking.ts';
import { decidingNodes, isTrue, offerEvent } from './condition-state.ts';
import type { Context } from './context.ts';
import { mergeVariables, setVariable } from './environment.ts';
import { ExpansionError } from './expand.ts';
import { classEnvironment, findOrCreateInstance, instanceName } from './instances.ts';
import { changeGoal } from './lifecycle.ts';
import { type ClassState, displayName, type EventState, eventText, type InstanceState } from './state.ts';

/** Offers an event to a class: first to the `stop on` of its instances, then to its `start on`. */
export function offerToClass(context: Context, jobClass: ClassState, event: EventState): void {
  if (stopOnMentions(jobClass.definition, event.name)) {
    for (const id of [...jobClass.instances.values()]) {
      const instance = context.instance(id);
      if (instance) offerToStop(context, instance, event);
    }
  }
  // The last instance may have gone, and the class with it, if a stop was through at once.
  if (context.state.classes.get(jobClass.definition.name) !== jobClass || !jobClass.startOn) return;
  const matched = offerEvent(jobClass.startOn, event, []);
  for (const _node of matched) block(event);
  if (matched.length > 0) startIfTrue(context, jobClass);
}

/** Events that only start instances need not walk over all of them. */
function stopOnMentions({ stopOn }: JobDefinition, eventName: string): boolean {
  if (!stopOn) return false;
  for (const { name } of conditionEvents(stopOn)) if (name === eventName) return true;
  return false;
}

function offerToStop(context: Context, instance: InstanceState, event: EventState): void {
  const { stopOn } = instance;
  if (!stopOn) return;
  const matched = offerEvent(stopOn, event, instance.env);
  for (const _node of matched) block(event);
  if (matched.length === 0 || !isTrue(stopOn)) return;
  if (instance.goal !== 'stop') {
    const events = eventsOf(context, decidingNodes(stopOn));
    instance.stopEnv = eventEnvironment(events, 'UPSTART_STOP_EVENTS');
    release(context, instance, false);
    blockOn(instance, events);
    instance.cause = byEvents(events);
    changeGoal(context, instance, 'stop');
  }
  resetCondition(context, stopOn);
}

/** Starts an instance if the `start on` of the class is true, and forgets what it has seen. */
export function startIfTrue(context: Context, jobClass: ClassState): void {
  const { startOn, definition } = jobClass;
  if (!startOn || !isTrue(startOn)) return;
  const events = eventsOf(context, decidingNodes(startOn));
  const env = classEnvironment(context, definition);
  mergeVariables(env, eventEnvironment(events, 'UPSTART_EVENTS'));
  try {
    const instance = findOrCreateInstance(context, jobClass, instanceName(definition, env));
    if (instance.goal !== 'start') {
      instance.startEnv = env;
      release(context, instance, false);
      blockOn(instance, events);
      instance.cause = byEvents(events);
      changeGoal(context, instance, 'start');
    }
  } catch (error) {
    // Nobody else is to suffer from a job whose instance has no name.
    if (!(error instanceof ExpansionError)) throw error;
    context.log('warn', `Failed to obtain ${displayName(definition.name, '')} instance: ${error.message}`);
  }
  resetCondition(context, startOn);
}

function byEvents(events: readonly EventState[]): string {
  return `by ${[...new Set(events)].map((event) => `\`${eventText(event)}\``).join(' and ')}`;
}

/** The variables of the events, later ones winning, and the names of the events under `listName`. */
function eventEnvironment(events: readonly EventState[], listName: string): string[] {
  const env: string[] = [];
  for (const event of events) mergeVariables(env, event.env);
  setVariable(env, `${listName}=${events.map((event) => event.name).join(' ')}`);
  return env;
}
