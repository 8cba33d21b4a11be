/**
 * Starting and stopping jobs because their conditions have become true (reference: events §3, §5).
 */
import { type Condition, mentionsEvent } from '@upstart/common';
import { FILES_PER_PROCESS, fileNumbers } from '../../supervisor/file-numbers.ts';
import { getVariable, mergeVariables, setVariable } from '../environment/environment.ts';
import {
  checkEnvironment,
  checkStart,
  classEnvironment,
  exceeded,
  findInstance,
  findOrCreateInstance,
  instanceName,
  noteRefusal,
} from '../lifecycle/instances.ts';
import { changeGoal } from '../lifecycle/lifecycle.ts';
import { isReloadable, reloadInstance } from '../lifecycle/reload.ts';
import { isRestartable, isToStop, postponeRestart, restartInstance } from '../lifecycle/restart.ts';
import { MAX_MATCHING_STEPS } from '../limits.ts';
import { block, blockOn, eventsOf, release, resetCondition } from '../model/blocking.ts';
import { type ConditionState, decidingNodes, isTrue, type MatchBudget, offerEvent } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { Why } from '../model/history.ts';
import { setStart } from '../model/next-run.ts';
import {
  type ClassState,
  displayName,
  type EventState,
  eventText,
  type InstanceState,
  isEnding,
} from '../model/state.ts';
import { setFileVariables } from '../processes/spawn-spec.ts';
import { extendChain, followEvents } from './restart-chain.ts';
import { noteSkippedTurn } from './skipped-turns.ts';

/** Offers an event to a class: first to the conditions of its instances, then to its `start on`. */
export function offerToClass(context: Context, jobClass: ClassState, event: EventState): void {
  const budget: MatchBudget = { steps: MAX_MATCHING_STEPS };
  const { stopOn, restartOn, reloadOn } = jobClass.definition;
  const mentions = (condition: Condition | null): boolean => condition !== null && mentionsEvent(condition, event.name);
  // An event that can only start instances need not visit the existing ones.
  if (mentions(stopOn) || mentions(restartOn) || mentions(reloadOn)) {
    for (const id of [...jobClass.instances.values()]) {
      const instance = context.instance(id);
      if (instance) offerToInstance(context, instance, event, budget);
    }
  }
  // The last instance may have ended, and its class with it, if a stop took effect at once.
  const startOn = context.state.classes.get(jobClass.definition.name) === jobClass ? jobClass.startOn : null;
  const matched = startOn ? offerEvent(startOn, event, [], budget) : [];
  for (const _node of matched) block(event);
  noteLimits(context, jobClass, event, budget);
  if (matched.length > 0) startIfTrue(context, jobClass);
}

/** Logs a comparison that exceeds the limits: such a condition is not met. */
function noteLimits(
  context: Context,
  jobClass: ClassState,
  { name }: EventState,
  { steps, tooLong }: MatchBudget,
): void {
  context.work.add((MAX_MATCHING_STEPS - steps) >> 3);
  if (steps >= 0 && tooLong === undefined) return;
  const text = tooLong ?? `Matching takes too long: at most ${MAX_MATCHING_STEPS} steps`;
  jobClass.refused = { at: context.wallMs, text };
  const { name: job } = jobClass.definition;
  context.log('warn', `Failed to match ${name} event with ${job}: ${text}`, { job, event: name });
}

function offerToInstance(context: Context, instance: InstanceState, event: EventState, budget: MatchBudget): void {
  const { stopOn = null, restartOn, reloadOn } = instance;
  offerTo(context, instance, stopOn, event, budget, stopByEvents);
  // A stop in a pause before a respawn removes the instance at once: nothing would ever reset its conditions again.
  if (context.instance(instance.id) !== instance) return;
  if (restartOn) offerTo(context, instance, restartOn, event, budget, restartByEvents);
  if (reloadOn) offerTo(context, instance, reloadOn, event, budget, reloadByEvents);
}

/** Offers an event to one condition of an instance; acts and resets the condition once that is true. */
function offerTo(
  context: Context,
  instance: InstanceState,
  condition: ConditionState | null,
  event: EventState,
  budget: MatchBudget,
  act: (context: Context, instance: InstanceState, events: readonly EventState[]) => void,
): void {
  if (!condition) return;
  const matched = offerEvent(condition, event, instance.env, budget);
  for (const _node of matched) block(event);
  if (matched.length === 0 || !isTrue(condition)) return;
  act(context, instance, eventsOf(context, decidingNodes(condition)));
  resetCondition(context, condition);
}

function stopByEvents(context: Context, instance: InstanceState, events: readonly EventState[]): void {
  if (isToStop(instance)) return;
  delete instance.restarts;
  context.setTable(instance, 'stopEnv', stopEnvironment(context, instance, events));
  release(context, instance, false);
  blockOn(instance, events);
  instance.cause = byEvents(events);
  followEvents(instance, events);
  changeGoal(context, instance, 'stop', whyOf(events));
}

/** The events are over when the instance runs again; at once where it restarts later. */
function restartByEvents(context: Context, instance: InstanceState, events: readonly EventState[]): void {
  if (!isRestartable(context, instance)) return;
  const { restartDelayMs } = context.classOf(instance).definition;
  // Later events of a burst do not count once more.
  if (!instance.postponed && !extendChain(context, instance, 'restart on', events)) return;
  const stopEnv = stopEnvironment(context, instance, events);
  if (restartDelayMs > 0) {
    const { after = 0 } = whyOf(events);
    postponeRestart(context, instance, restartDelayMs, { by: byEvents(events), stopEnv, after });
    return;
  }
  context.setTable(instance, 'stopEnv', stopEnv);
  blockOn(instance, events);
  restartInstance(context, instance, byEvents(events), whyOf(events));
}

function reloadByEvents(context: Context, instance: InstanceState, events: readonly EventState[]): void {
  if (isReloadable(instance) && extendChain(context, instance, 'reload on', events)) reloadInstance(context, instance);
}

/** Events that may still start a job at the end of a session: the end itself, and `stopping`. */
const STARTS_AT_THE_END: readonly string[] = ['session-end', 'stopping'];

/** Starts an instance if the `start on` of the class is true, and resets the condition. */
export function startIfTrue(context: Context, jobClass: ClassState): void {
  const { startOn, definition } = jobClass;
  if (!startOn || !isTrue(startOn)) return;
  const events = eventsOf(context, decidingNodes(startOn));
  if (isEnding(context) && !events.some(({ name }) => STARTS_AT_THE_END.includes(name))) {
    resetCondition(context, startOn);
    return;
  }
  const env = classEnvironment(context, definition);
  mergeVariables(env, eventEnvironment(events, 'UPSTART_EVENTS'));
  const files = eventFiles(events, env, definition.expect === 'fd' ? definition.expectFd : undefined);
  try {
    const name = instanceName(definition, env);
    const found = findInstance(context, jobClass, name);
    if (found?.goal !== 'start' && !found?.restarts) {
      checkStart(context, jobClass, name, env);
      if (files.length > FILES_PER_PROCESS) throw exceeded('Too many descriptors', FILES_PER_PROCESS, 'of its events');
      const instance = findOrCreateInstance(context, jobClass, name);
      delete jobClass.refused;
      setStart(context, instance, env, files);
      release(context, instance, false);
      blockOn(instance, events);
      instance.cause = byEvents(events);
      followEvents(instance, events);
      changeGoal(context, instance, 'start', whyOf(events));
    } else if (found && definition.task) noteSkippedTurn(context, found, events);
  } catch (error) {
    // A job whose instance name fails must not affect other jobs.
    const text = noteRefusal(context, jobClass, error);
    const { name: job } = definition;
    context.log('warn', `Failed to obtain ${displayName(job, '')} instance: ${text}`, { job });
  }
  resetCondition(context, startOn);
}

/** The descriptors of the events, in order and each once; `env` gets their numbers, one for each operand, and their names. */
function eventFiles(events: readonly EventState[], env: string[], readyFd: number | undefined): number[] {
  const names = new Map<number, string>();
  for (const event of events) if (event.file !== undefined) names.set(event.file, fileName(event));
  const files = [...names.keys()];
  if (files.length === 0) return files;
  const numbers = fileNumbers(files.length, readyFd);
  const each = events.flatMap(({ file }) => (file === undefined ? [] : numbers[files.indexOf(file)]!));
  setFileVariables(env, each, [...names.values()]);
  return files;
}

/** Variables of an event that name its descriptor for sd_listen_fds_with_names(3), the first one that is there. */
const FILE_NAMES = ['NAME', 'PORT', 'SOCKET_PATH'] as const;
/** The longest name there is. */
const MAX_FILE_NAME = 255;

/** A name has no colon, no control character and nothing beyond ASCII. */
function fileName({ env }: EventState): string {
  const name = FILE_NAMES.map((key) => getVariable(env, key)).find((value) => value !== undefined && value !== '');
  return (name ?? 'unknown').replace(/[^!-9;-~]/g, '_').slice(-MAX_FILE_NAME);
}

/** How many events are named as a cause. */
const MAX_CAUSES = 8;

function byEvents(events: readonly EventState[]): string {
  if (events.length === 1) return `by \`${eventText(events[0] as EventState)}\``;
  const different = [...new Set(events)];
  const told = different.slice(0, MAX_CAUSES).map((event) => `\`${eventText(event)}\``);
  const more = different.length - told.length;
  return `by ${told.join(' and ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The event that came last decided. */
function whyOf(events: readonly EventState[]): Why {
  let last: EventState | undefined;
  for (const event of events) if (!last || event.id > last.id) last = event;
  return { kind: 'event', after: last?.change ?? 0 };
}

/** The variables for pre-stop and post-stop; only the names of the events if their variables are too large. */
function stopEnvironment(context: Context, instance: InstanceState, events: readonly EventState[]): string[] {
  const env = eventEnvironment(events, 'UPSTART_STOP_EVENTS');
  try {
    checkEnvironment(env);
    return env;
  } catch (error) {
    context.logAbout(
      instance,
      'warn',
      `${context.display(instance)}: ${(error as Error).message}: its stop gets none of the events`,
    );
    return env.slice(-1);
  }
}

/** PATH of a socket's event is for conditions: where programs are searched is another thing. */
function jobVariables({ name, env, file }: EventState): readonly string[] {
  return name === 'socket' && file !== undefined ? env.filter((entry) => !entry.startsWith('PATH=')) : env;
}

/** The variables of the events, later ones winning, and the names of the events under `listName`. */
function eventEnvironment(events: readonly EventState[], listName: string): string[] {
  const env: string[] = [];
  for (const event of events) mergeVariables(env, jobVariables(event));
  setVariable(env, `${listName}=${events.map((event) => event.name).join(' ')}`);
  return env;
}
