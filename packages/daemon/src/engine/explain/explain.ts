/**
 * Why is this job in its state? Answers from the engine's state. `waits.ts` has the chain of things that a job waits for.
 */

import { type Condition, formatCondition } from '@upstart/common';
import type { EventExplanation, Explanation } from '@upstart/protocol';
import { causeSentence, isKept, isKeptFromRestart } from '../lifecycle/causes.ts';
import { satisfiedNodes } from '../model/condition-state.ts';
import type { Context } from '../model/context.ts';
import type { ClassState, InstanceState } from '../model/state.ts';
import { jobLogTroubles } from '../processes/log-troubles.ts';
import { checkHints, checksOf, unhealthyText } from './checks.ts';
import { seriesOf } from './details.ts';
import { explainLast, failureHints, failureReason } from './failures.ts';
import { type JobFacts, jobNotes, manualText } from './notes.ts';
import { explainOperands } from './operands.ts';
import { knownCause, publicVariables, type Question, question } from './question.ts';
import { stillNeeds } from './residual.ts';
import { remaining, Waits } from './waits.ts';

/** The engine's part of an explanation; its caller adds facts from files and processes. */
export type EngineExplanation = Omit<Explanation, 'output' | 'unsupervised'>;

/** The most events of one name that are explained. */
const MAX_EVENTS = 20;

/**
 * `jobClass` undefined: no good file defines the job, but `facts.broken` may say why. `nowMs`: monotonic time.
 */
export function explainJob(
  context: Context,
  name: string,
  jobClass: ClassState | undefined,
  facts: JobFacts,
  nowMs: number,
  privileged: boolean,
): EngineExplanation {
  const asked = question(context, nowMs, privileged, facts.sources);
  const definition = jobClass?.definition;
  const instances = [...(jobClass?.instances.values() ?? [])].map((id) => context.instance(id) as InstanceState);
  return {
    job: name,
    defined: jobClass !== undefined,
    why: instances.length > 0 ? null : whyNone(asked, jobClass, facts),
    notes: jobNotes(asked, name, jobClass, facts),
    startOn:
      definition?.startOn && jobClass?.startOn
        ? {
            condition: formatCondition(definition.startOn),
            operands: explainOperands(asked, jobClass.startOn, instances.length === 0),
          }
        : null,
    pending: jobClass?.next ? (jobClass.next.definition ? 'changed' : 'gone') : null,
    stopOn: textOf(definition?.stopOn),
    restartOn: textOf(definition?.restartOn),
    reloadOn: textOf(definition?.reloadOn),
    instances: instances.map((instance) => explainInstance(asked, instance)),
    last: jobClass ? explainLast(asked, jobClass) : null,
    broken: facts.broken,
    logs: jobClass ? jobLogTroubles(context, jobClass) : [],
  };
}

function textOf(condition: Condition | null | undefined): string | null {
  return condition ? formatCondition(condition) : null;
}

/** The jobs and conditions that keep the events of that name from finishing; of the oldest events, if there are many. */
export function explainEvents(context: Context, name: string, nowMs: number, privileged: boolean): EventExplanation {
  const asked = question(context, nowMs, privileged);
  return [...context.state.events.values()]
    .filter((event) => event.name === name)
    .slice(0, MAX_EVENTS)
    .map((event) => ({
      name,
      env: privileged ? [...event.env] : publicVariables(event.env),
      failed: event.failed,
      heldBy: new Waits(asked).ofEvent(event),
    }));
}

function explainInstance(asked: Question, instance: InstanceState): Explanation['instances'][number] {
  const { context, tell } = asked;
  const { name, goal, state, respawns, stopOn, failure } = instance;
  const held = [...new Set(instance.blocking)].flatMap((id) => context.state.events.get(id) ?? []);
  const waits = new Waits(asked);
  return {
    name,
    goal,
    state,
    why: whyInstance(asked, waits, instance),
    blockedBy: waits.ofInstance(instance),
    holds: held.map(tell),
    respawns,
    series: seriesOf(instance),
    checks: checksOf(asked, instance),
    stopOperands: stopOn ? explainOperands(asked, stopOn, true) : [],
    failure: failure && failureReason(failure),
    hints: instanceHints(asked, waits, instance),
    kept: state === 'running' && isKept(instance.cause ?? ''),
  };
}

/** `started by request`, `stopped by request; waits for …`. */
function whyInstance(asked: Question, waits: Waits, instance: InstanceState): string {
  const { goal, state, failure, processes } = instance;
  const verb = goal === 'stop' ? 'stopped' : 'started';
  const cause = knownCause(asked, instance.cause ?? '');
  const parts = [causeSentence(cause, verb)];
  if (state === 'running' && isKept(cause)) parts.push(`its main process (${processes.main?.pid}) is the old one`);
  // The cause of a stop may be the failure.
  if (state !== 'running' && failure && !parts[0]?.includes(failure.text)) parts.push(failure.text);
  const step = waits.stepOf(instance);
  if (step !== null) parts.push(step);
  parts.push(...postponedRestart(asked, instance), ...sayings(instance));
  const unhealthy = unhealthyText(asked, instance);
  if (unhealthy !== null) parts.push(unhealthy);
  return parts.filter((part) => part !== '').join('; ') || verb;
}

/** `restarts in 3 seconds by `change``: a restart that waits until its events are quiet. */
function postponedRestart(asked: Question, { postponed }: InstanceState): string[] {
  return postponed ? [`restarts in ${remaining(asked, postponed)} ${knownCause(asked, postponed.by)}`] : [];
}

/** What its main process says of itself. */
function sayings({ notify }: InstanceState): string[] {
  const { status, isStopping, isReloading } = notify ?? {};
  return [
    ...(isReloading ? ['reloads'] : []),
    ...(isStopping ? ['its main process says that it is stopping'] : []),
    ...(status === undefined ? [] : [`its main process says: ${status}`]),
  ];
}

function instanceHints(asked: Question, waits: Waits, instance: InstanceState): string[] {
  const { hints, failure, cause = '', state } = instance;
  const { definition } = asked.context.classOf(instance);
  return [
    ...hints,
    ...checkHints(asked, instance),
    ...(failure ? failureHints(asked, definition, failure) : []),
    ...(state === 'running' && isKeptFromRestart(cause)
      ? ['a restart of a job with `pre-stop` only runs that; `stop` and then `start` replace the process']
      : []),
    ...(waits.waitsForItself(instance) ? ['`initctl emit --no-wait` in the hook does not wait for the event'] : []),
  ];
}

function whyNone(asked: Question, jobClass: ClassState | undefined, { broken, switchedOff }: JobFacts): string {
  if (!jobClass)
    return `there is no such job, because ${broken.length > 0 ? 'its file has an error' : 'init had a fault with it'}`;
  const { definition, startOn, last } = jobClass;
  const needed = startOn && satisfiedNodes(startOn).length > 0 ? stillNeeds(startOn) : null;
  if (needed !== null) return `its \`start on\` is half met; it still needs ${needed}`;
  if (last?.failure) return `its last run failed: ${last.failure.text}`;
  if (last) return knownCause(asked, last.text);
  if (definition.startOn) return 'never started; nothing of its `start on` has come yet';
  if (switchedOff) return `never started; ${manualText(switchedOff)}, so it is started by request only`;
  return 'never started; it has no `start on`, so it is started by request only';
}
