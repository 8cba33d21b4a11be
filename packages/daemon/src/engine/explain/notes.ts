/** Notes on a job besides the reason for its state: one row for each. */
import { type BrokenFile, type Condition, conditionEvents, formatCondition } from '@upstart/common';
import {
  emptyDefinition,
  type JobDefinition,
  operandFault,
  type StanzaPlace,
  TIMER_EVENT,
} from '@upstart/job-language';
import type { SourceStatus } from '@upstart/protocol';
import { MAX_FAULTS } from '../model/context.ts';
import type { ClassState } from '../model/state.ts';
import type { Emitters } from './emitters.ts';
import type { Question } from './question.ts';

/** Facts about a job from outside of the engine: its files, and the sources of events. */
export interface JobFacts {
  /** Those with errors. */
  broken: BrokenFile[];
  /** The `manual` that counts; null: the job has its `start on`, or no file has taken it away. */
  switchedOff: StanzaPlace | null;
  sources?: readonly SourceStatus[];
}

type Note = (jobClass: ClassState, files: JobFacts, asked: Question) => string | string[] | false;

const NOTES: readonly Note[] = [
  ({ definition, next }, { broken }) => broken.map((file) => brokenNote(file, definition, next)),
  ({ next }, { broken }) => {
    if (next?.definition) return 'its file has changed; the old definition counts until the job has stopped';
    return next !== null && broken.length === 0 && 'its file is gone; the job lasts until it has stopped';
  },
  ({ last, definition }, { switchedOff }) =>
    switchedOff !== null &&
    last !== null &&
    definition.startOn === null &&
    `${manualText(switchedOff)}: it is started by request only`,
  ({ refused }) => refused !== undefined && `refused lately: ${refused.text}`,
  ({ definition, instances }) =>
    definition.instance !== '' &&
    instances.size === 0 &&
    `it has an instance for each value of \`${definition.instance}\``,
  ({ definition }) => Object.keys(definition.processes).length === 0 && 'it has no processes: it only has a state',
  ({ definition }) =>
    hasLimit(definition) &&
    !definition.respawn &&
    'it has a `respawn limit`, but no `respawn`: it is not started again when it ends',
  ({ definition: { respawn, respawnDelayMs, respawnResetMs } }) =>
    (respawnDelayMs > 0 || respawnResetMs !== null) &&
    !respawn &&
    `it has a \`respawn ${respawnDelayMs > 0 ? 'delay' : 'reset'}\`, but no \`respawn\`: it is not started again when it ends`,
  ({ definition: { task, readyAfterMs, ready } }) =>
    task && (readyAfterMs > 0 || ready.length > 0) && '`ready` means nothing to a task',
  ({ definition: { task, check } }) => task && check.length > 0 && '`check` means nothing to a task',
  ({ definition: { stopOn, restartOn, reloadOn } }, _files, { emitters }) => [
    ...missingEvents('stop on', stopOn, emitters),
    ...missingEvents('restart on', restartOn, emitters),
    ...missingEvents('reload on', reloadOn, emitters),
  ],
  ({ definition: { startOn, stopOn, restartOn, reloadOn } }, _files, asked) => [
    ...faultyOperands('start on', startOn, asked),
    ...faultyOperands('stop on', stopOn, asked),
    ...faultyOperands('restart on', restartOn, asked),
    ...faultyOperands('reload on', reloadOn, asked),
  ],
  ({ instances }, _files, { context }) =>
    [...instances.values()].flatMap((id) => {
      const instance = context.instance(id);
      if (!instance?.skippedTurns) return [];
      const turns = instance.skippedTurns === 1 ? 'a turn' : `${instance.skippedTurns} turns`;
      return `${context.display(instance)} has skipped ${turns} of its timer, because it still ran`;
    }),
];

export function jobNotes(asked: Question, name: string, jobClass: ClassState | undefined, files: JobFacts): string[] {
  const notes = jobClass ? NOTES.flatMap((note) => note(jobClass, files, asked) || []) : [];
  return [...notes, ...faultNotes(asked, name)];
}

/** Faults of the engine with the job. */
function faultNotes({ context }: Question, name: string): string[] {
  const fault = context.state.faults?.get(name);
  if (!fault) return [];
  const times = fault.count === 1 ? '' : ` (${fault.count} times)`;
  const left = fault.count >= MAX_FAULTS ? '; it gets no more events until its file changes' : '';
  return [`init had a fault with it${times}: ${fault.text}${left}`];
}

/** `` /etc/init/web.override:1 says `manual` `` */
export function manualText({ path, line }: StanzaPlace): string {
  return `${path}:${line} says \`manual\``;
}

function brokenNote({ path }: BrokenFile, definition: JobDefinition, next: ClassState['next']): string {
  if (path !== definition.path) return `${path} has an error and does not count; ${definition.path} does`;
  return next === null
    ? 'its file has an error; what it said before is in use'
    : 'its file has an error; what it said before is in use until the job has stopped';
}

/** Operands for sources of events that never come true, because a word of theirs is wrong. */
function faultyOperands(stanza: string, condition: Condition | null, { context }: Question): string[] {
  if (condition === null) return [];
  const inSession = context.state.settings.sessionAddress !== null;
  return [...conditionEvents(condition)].flatMap((operand) => {
    const fault = operandFault(operand, { inSession });
    if (fault === null) return [];
    const { text, meant } = fault;
    const hint = meant === null ? '' : `; did you mean \`${meant}\`?`;
    const never = operand.name === TIMER_EVENT ? 'is never due' : 'never comes';
    return `\`${stanza} ${formatCondition(operand)}\` ${never}: ${text}${hint}`;
  });
}

/** Events in a condition without an emitter. The operands of `start on` have such notes themselves. */
function missingEvents(stanza: string, condition: Condition | null, emitters: Emitters): string[] {
  if (condition === null) return [];
  const names = new Set([...conditionEvents(condition)].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const missing = emitters.missing(name);
    return missing === null ? [] : `its \`${stanza}\` waits for \`${name}\`: ${missing}`;
  });
}

const DEFAULTS = emptyDefinition('', '');

function hasLimit({ respawnLimit, respawnIntervalS }: JobDefinition): boolean {
  return respawnLimit !== DEFAULTS.respawnLimit || respawnIntervalS !== DEFAULTS.respawnIntervalS;
}
