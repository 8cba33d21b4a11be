/**
 * Why is this job in the state it is in? Answers from what the engine knows anyway. What a job waits for, and that in turn,
 * is in `explain-waits.ts`.
 */
import {
  type BrokenFile,
  type EventExplanation,
  type ExplainedOperand,
  type Explanation,
  type FailureReason,
  formatCondition,
  type Slot,
} from '@upstart/protocol';
import { signalName } from '../signals.ts';
import type { ConditionState, EventNode } from './condition-state.ts';
import type { Context } from './context.ts';
import { Waits } from './explain-waits.ts';
import { type ClassState, eventText, type FailureState, type InstanceState } from './state.ts';

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
): Explanation {
  const definition = jobClass?.definition;
  const instances = [...(jobClass?.instances.values() ?? [])].map((id) => context.instance(id) as InstanceState);
  const mine = broken.filter((file) => file.job === name);
  return {
    job: name,
    defined: jobClass !== undefined,
    why: instances.length > 0 ? null : whyNone(jobClass),
    notes: jobNotes(jobClass, mine),
    startOn:
      definition?.startOn && jobClass?.startOn
        ? {
            condition: formatCondition(definition.startOn),
            operands: explainOperands(context, jobClass.startOn, instances.length === 0),
          }
        : null,
    stopOn: definition?.stopOn ? formatCondition(definition.stopOn) : null,
    instances: instances.map((instance) => explainInstance(context, instance, now)),
    last: explainLast(jobClass),
    broken: mine,
  };
}

/** Who keeps the events of that name from being over; the oldest ones, if there are many. */
export function explainEvents(context: Context, name: string, now: number): EventExplanation {
  return [...context.state.events.values()]
    .filter((event) => event.name === name)
    .slice(0, MAX_EVENTS)
    .map((event) => ({
      name,
      env: [...event.env],
      failed: event.failed,
      heldBy: new Waits(context, now).ofEvent(event),
    }));
}

function explainInstance(context: Context, instance: InstanceState, now: number): Explanation['instances'][number] {
  const { name, goal, state, respawns, stopOn, failure, hints } = instance;
  const held = [...new Set(instance.blocking)].flatMap((id) => context.state.events.get(id) ?? []);
  const waits = new Waits(context, now);
  return {
    name,
    goal,
    state,
    why: whyInstance(waits, instance),
    blockedBy: waits.ofInstance(instance),
    holds: held.map(eventText),
    respawns,
    stopOperands: stopOn ? explainOperands(context, stopOn, true) : [],
    failure: failure && failureReason(failure),
    hints: [...hints, ...(failure ? failureHints(context.classOf(instance), failure) : [])],
  };
}

/** `started by request`, `stopped by request; waits for …`. */
function whyInstance(waits: Waits, instance: InstanceState): string {
  const { goal, state, failure } = instance;
  const verb = goal === 'stop' ? 'stopped' : 'started';
  const cause = instance.cause ?? '';
  const origin = cause === '' || cause.startsWith('restarted') ? cause : `${verb} ${cause}`;
  const happening = state === 'running' ? null : (failure?.text ?? waits.stepOf(instance));
  return [origin, happening].filter((part) => part !== null && part !== '').join('; ') || verb;
}

function whyNone(jobClass: ClassState | undefined): string {
  if (!jobClass) return 'there is no such job, because its file has an error';
  const { definition, startOn, last } = jobClass;
  const nodes = startOn?.filter((node): node is EventNode => node.op === 'event') ?? [];
  const unseen = nodes.filter((node) => node.event === 0);
  if (startOn && unseen.length < nodes.length) return `its \`start on\` is half met, ${needs(unseen)}`;
  if (last?.failure) return `its last run failed: ${last.failure.text}`;
  if (last) return last.text;
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

function explainLast(jobClass: ClassState | undefined): Explanation['last'] {
  const last = jobClass?.last;
  if (!jobClass || !last) return null;
  const { instance, at, respawns, hints, failure } = last;
  const text = [last.text, ...hints, ...(failure ? failureHints(jobClass, failure) : [])].join('; ');
  return { instance, at, text, failure: failure && failureReason(failure), respawns };
}

/** What the job's file says that has to do with the failure. */
function failureHints({ definition }: ClassState, { slot, status }: FailureState): string[] {
  if (slot === 'respawn') {
    const { respawnLimit, respawnInterval } = definition;
    return [`its limit is ${respawnLimit} respawns in ${respawnInterval} seconds (\`respawn limit\`)`];
  }
  const process = definition.processes[slot];
  return status < 0 && process?.kind === 'exec' ? [`it was to run \`${process.text}\``] : [];
}

/** `waiting`: what has not been seen is what keeps the condition from being true; else it may be over with for long. */
function explainOperands(context: Context, condition: ConditionState, waiting: boolean): ExplainedOperand[] {
  return condition.flatMap((node) => (node.op === 'event' ? [explainOperand(context, node, waiting)] : []));
}

function explainOperand(context: Context, node: EventNode, waiting: boolean): ExplainedOperand {
  const text = operandText(node);
  const event = context.state.events.get(node.event);
  if (!event)
    return { text, seen: node.event !== 0, note: waiting && node.event === 0 ? jobNote(context, node) : null };
  const whole = eventText(event);
  return { text, seen: true, note: whole === text ? null : `by \`${whole}\`` };
}

function operandText({ name, args }: EventNode): string {
  return [name, ...args].join(' ');
}

const JOB_EVENTS: readonly string[] = ['starting', 'started', 'stopping', 'stopped'];

/** For an event in the life of another job: how that job is. */
function jobNote(context: Context, { name, args }: EventNode): string | null {
  if (!JOB_EVENTS.includes(name)) return null;
  const [first = ''] = args;
  const job = args.find((arg) => arg.startsWith('JOB='))?.slice('JOB='.length) ?? (first.includes('=') ? '' : first);
  if (job === '' || /[*?[$]/.test(job)) return null;
  const jobClass = context.state.classes.get(job);
  if (!jobClass) return `there is no job ${job}`;
  const states = [...jobClass.instances.values()].map((id) => context.instance(id) as InstanceState);
  if (states.length === 0) return `${job} is stop/waiting`;
  if (states.length > 1) return `${job} has ${states.length} instances`;
  const [{ goal, state } = {}] = states;
  const passed = name === 'started' && state === 'running' ? ' already: the event has passed' : '';
  return `${job} is ${goal}/${state}${passed}`;
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
