/**
 * Why is this job in the state it is in? Answers from what the engine knows anyway. What a job waits for, and that in turn,
 * is in `explain-waits.ts`.
 */
import {
  type BrokenFile,
  type EventExplanation,
  type Explanation,
  type FailureReason,
  formatCondition,
  type Slot,
} from '@upstart/protocol';
import { signalName } from '../signals.ts';
import type { EventNode } from './condition-state.ts';
import type { Context } from './context.ts';
import { explainOperands, operandText } from './explain-operands.ts';
import { knownCause, publicVariables, type Question, question } from './explain-question.ts';
import { Waits } from './explain-waits.ts';
import type { ClassState, FailureState, InstanceState } from './state.ts';

/** How many events of one name are explained; there may be any number. */
const MAX_EVENTS = 20;

/** A job without instances was never started, and this is what starts it. */
const BY_REQUEST_ONLY = 'never started; it has no `start on`, so it is started by request only';

/**
 * `jobClass` undefined: no good file defines the job, but `broken` may say why. `now` in milliseconds of monotonic time.
 */
export function explainJob(
  context: Context,
  name: string,
  jobClass: ClassState | undefined,
  broken: BrokenFile[],
  now: number,
  privileged: boolean,
): Explanation {
  const asked = question(context, now, privileged);
  const definition = jobClass?.definition;
  const instances = [...(jobClass?.instances.values() ?? [])].map((id) => context.instance(id) as InstanceState);
  const mine = broken.filter((file) => file.job === name);
  return {
    job: name,
    defined: jobClass !== undefined,
    why: instances.length > 0 ? null : whyNone(asked, jobClass),
    notes: jobNotes(jobClass, mine),
    startOn:
      definition?.startOn && jobClass?.startOn
        ? {
            condition: formatCondition(definition.startOn),
            operands: explainOperands(asked, jobClass.startOn, instances.length === 0),
          }
        : null,
    stopOn: definition?.stopOn ? formatCondition(definition.stopOn) : null,
    instances: instances.map((instance) => explainInstance(asked, instance)),
    last: explainLast(asked, jobClass),
    broken: mine,
  };
}

/** Who keeps the events of that name from being over; the oldest ones, if there are many. */
export function explainEvents(context: Context, name: string, now: number, privileged: boolean): EventExplanation {
  const { tell } = question(context, now, privileged);
  return [...context.state.events.values()]
    .filter((event) => event.name === name)
    .slice(0, MAX_EVENTS)
    .map((event) => ({
      name,
      env: privileged ? [...event.env] : publicVariables(event.env),
      failed: event.failed,
      heldBy: new Waits(context, tell, now).ofEvent(event),
    }));
}

function explainInstance(asked: Question, instance: InstanceState): Explanation['instances'][number] {
  const { context, now, tell } = asked;
  const { name, goal, state, respawns, stopOn, failure, hints } = instance;
  const held = [...new Set(instance.blocking)].flatMap((id) => context.state.events.get(id) ?? []);
  const waits = new Waits(context, tell, now);
  return {
    name,
    goal,
    state,
    why: whyInstance(asked, waits, instance),
    blockedBy: waits.ofInstance(instance),
    holds: held.map(tell),
    respawns,
    stopOperands: stopOn ? explainOperands(asked, stopOn, true) : [],
    failure: failure && failureReason(failure),
    hints: [...hints, ...(failure ? failureHints(asked, context.classOf(instance), failure) : [])],
  };
}

/** `started by request`, `stopped by request; waits for …`. */
function whyInstance(asked: Question, waits: Waits, instance: InstanceState): string {
  const { goal, state, failure } = instance;
  const verb = goal === 'stop' ? 'stopped' : 'started';
  const cause = knownCause(asked, instance.cause ?? '');
  const origin = cause === '' || cause.startsWith('restarted') ? cause : `${verb} ${cause}`;
  const happening = state === 'running' ? null : (failure?.text ?? waits.stepOf(instance));
  return [origin, happening].filter((part) => part !== null && part !== '').join('; ') || verb;
}

function whyNone(asked: Question, jobClass: ClassState | undefined): string {
  if (!jobClass) return 'there is no such job, because its file has an error';
  const { definition, startOn, last } = jobClass;
  const nodes = startOn?.filter((node): node is EventNode => node.op === 'event') ?? [];
  const unseen = nodes.filter((node) => node.event === 0);
  if (startOn && unseen.length < nodes.length) return `its \`start on\` is half met, ${needs(unseen)}`;
  if (last?.failure) return `its last run failed: ${last.failure.text}`;
  if (last) return knownCause(asked, last.text);
  if (!definition.startOn) return BY_REQUEST_ONLY;
  return 'never started; nothing of its `start on` has come yet';
}

function needs(nodes: readonly EventNode[]): string {
  return `${nodes.map((node) => `\`${operandText(node)}\``).join(', ')} not seen yet`;
}

function jobNotes(jobClass: ClassState | undefined, broken: readonly BrokenFile[]): string[] {
  const notes: string[] = [];
  if (jobClass && broken.length > 0) notes.push('its file has an error now; what it said before that is in use');
  if (jobClass?.next?.definition) notes.push('its file has changed; the new definition counts from the next start on');
  else if (jobClass?.next) notes.push('its file is gone; the job lasts until it has stopped');
  if (jobClass && jobClass.definition.instance !== '' && jobClass.instances.size === 0) {
    notes.push(`it has an instance for each value of \`${jobClass.definition.instance}\``);
  }
  if (jobClass && Object.keys(jobClass.definition.processes).length === 0) {
    notes.push('it has no processes: it only has a state');
  }
  return notes;
}

function explainLast(asked: Question, jobClass: ClassState | undefined): Explanation['last'] {
  const last = jobClass?.last;
  if (!jobClass || !last) return null;
  const { instance, at, respawns, hints, failure } = last;
  const text = [
    knownCause(asked, last.text),
    ...hints,
    ...(failure ? failureHints(asked, jobClass, failure) : []),
  ].join('; ');
  return { instance, at, text, failure: failure && failureReason(failure), respawns };
}

/** What the job's file says that has to do with the failure. */
function failureHints({ privileged }: Question, { definition }: ClassState, { slot, status }: FailureState): string[] {
  if (slot === 'respawn') {
    const { respawnLimit, respawnInterval } = definition;
    return [`its limit is ${respawnLimit} respawns in ${respawnInterval} seconds (\`respawn limit\`)`];
  }
  const process = definition.processes[slot];
  return privileged && status < 0 && process?.kind === 'exec' ? [`it was to run \`${process.text}\``] : [];
}

function failureReason({ slot, status, text, state, at }: FailureState): FailureReason {
  const exited = slot !== 'respawn' && status >= 0;
  const signal = exited ? status >> 8 : 0;
  return {
    slot: slot as Slot | 'respawn',
    exitStatus: exited && signal === 0 ? status : null,
    exitSignal: signal === 0 ? null : (signalName(signal) ?? String(signal)),
    spawnError: status < 0 ? text : null,
    state,
    at,
    text,
  };
}
