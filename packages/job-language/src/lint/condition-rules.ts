/** Rules about conditions. */
import { type Condition, conditionEvents, globMatches, nearest } from '@upstart/common';
import { sourceOf } from '../event-sources.ts';
import type { JobDefinition } from '../job-definition.ts';
import { isKnownEvent, JOB_EVENTS, KNOWN_EVENTS, meantEvent } from '../known-events.ts';
import { operandFault } from '../source-operands.ts';
import type { Token } from '../tokens.ts';
import type { Finding, LintWorld, Rule } from './rule.ts';
import type { ParsedFile } from './statements.ts';

/** The rules about conditions that can never come true: the sources of their events. */
export const NEVER_RULES: readonly string[] = ['timer', 'socket', 'file', 'cluster'];

export const CONDITION_RULES: readonly Rule[] = [
  { name: 'second-job', check: each(secondWord) },
  { name: 'runlevel', check: each(runlevel) },
  { name: 'unknown-event', check: each(unknownEvent) },
  { name: 'restart-circle', check: each(restartCircle) },
  ...NEVER_RULES.map((name) => ({ name, check: each(faulty(name)) })),
];

/** The stanzas that have a condition. */
const CONDITIONS: readonly string[] = ['start on', 'stop on', 'restart on', 'reload on'];

/** The longest name that is looked for among the events that are known. */
const LONGEST_NAME = 100;

interface Operand {
  readonly stanza: string;
  readonly name: Token;
  readonly args: readonly Token[];
}

type OperandRule = (operand: Operand, world: LintWorld, file: ParsedFile) => Iterable<Finding>;

function each(rule: OperandRule): Rule['check'] {
  return function* check(file, world) {
    for (const operand of operands(file)) yield* rule(operand, world, file);
  };
}

/** The events of all conditions, with their values. */
function* operands({ statements }: ParsedFile): Iterable<Operand> {
  for (const { name: stanza, args } of statements) {
    if (!CONDITIONS.includes(stanza)) continue;
    let operand: { stanza: string; name: Token; args: Token[] } | null = null;
    for (const token of args) {
      if (token.kind === 'word') {
        if (operand === null) operand = { stanza, name: token, args: [] };
        else operand.args.push(token);
      } else if (operand !== null) {
        yield operand;
        operand = null;
      }
    }
    if (operand !== null) yield operand;
  }
}

/** The job that a job event is about, if its name is plain. */
function aboutJob({ name, args }: Operand): Token | null {
  if (!JOB_EVENTS.includes(name.value)) return null;
  const job = args.find(({ value }) => value.startsWith('JOB=') || !value.includes('=')) ?? null;
  return job !== null && isPlain(job.value) ? job : null;
}

function isPlain(value: string): boolean {
  return !/[*?[\]$]/.test(value);
}

function* secondWord(operand: Operand, world: LintWorld): Iterable<Finding> {
  const [job, instance] = operand.args;
  if (aboutJob(operand) !== job || !job || !instance || !/^[^=]+$/.test(`${job.value}${instance.value}`)) return;
  if (!isPlain(instance.value) || world.jobs?.get(job.value)?.hasInstances) return;
  const event = operand.name.value;
  yield {
    at: instance.span,
    text: `the second word is the name of an instance: \`${event} ${job.value} and ${event} ${instance.value}\` waits for two jobs`,
  };
}

function* runlevel({ name, args }: Operand): Iterable<Finding> {
  if (name.value !== 'runlevel') return;
  const positional = args.filter(({ value }) => !value.includes('='));
  const levels = positional.map(({ value }) => value);
  const [first, second] = positional;
  if (first && second && levels.every((level) => /^[0-6S]$/.test(level))) {
    yield {
      at: second.span,
      text: `the second word is the level before: \`runlevel [${levels.join('')}]\` means any of several`,
    };
  } else if (first && /^[0-6S]{2,}$/.test(first.value)) {
    yield { at: first.span, text: `no level is called so: \`runlevel [${first.value}]\` means any of several` };
  }
}

function* unknownEvent({ name }: Operand, { jobs }: LintWorld, { job }: ParsedFile): Iterable<Finding> {
  const event = name.value;
  if (event.length > LONGEST_NAME || isKnownEvent(event)) return;
  const emits = [...job.emits, ...(jobs === null ? [] : [...jobs.values()].flatMap((other) => other.emits))];
  if (emits.some((pattern) => pattern.length <= LONGEST_NAME && globMatches(pattern, event))) return;
  const meant = meantBy(event, emits, jobs);
  const nobody = `nobody is known to emit \`${event}\``;
  if (meant !== null) yield { at: name.span, text: `${nobody}: did you mean \`${meant}\`?` };
  else if (jobs !== null && !isEmitted(event, job, jobs)) {
    yield { at: name.span, text: `${nobody}: no job says \`emits ${event}\`` };
  }
}

/** The job restarts itself by its own events, or one that restarts by the events of this one. */
function* restartCircle(operand: Operand, { jobs }: LintWorld, { job }: ParsedFile): Iterable<Finding> {
  const { stanza, name: event, args } = operand;
  if (stanza !== 'restart on' || !JOB_EVENTS.includes(event.value)) return;
  const at = aboutJob(operand);
  const [other] = jobsOf({ op: 'event', name: event.value, args: args.map(({ value }) => value) });
  if (args.length === 0 || (at && other === job.name)) {
    yield { at: (at ?? event).span, text: 'the job restarts itself by its own events' };
  } else if (at && other !== undefined && jobs?.get(other)?.restartedBy.includes(job.name)) {
    yield { at: at.span, text: `${other} and this job restart each other` };
  }
}

/** An operand for a source that never comes true: one of its words is wrong. The file may be one of a session. */
function faulty(source: string): OperandRule {
  return function* ({ name, args }) {
    if (sourceOf(name.value) !== source) return;
    const operand = { name: name.value, args: args.map(({ value }) => value) };
    const fault = operandFault(operand, { inSession: true });
    if (fault === null) return;
    const { argument, text, meant } = fault;
    const at = argument === null ? name : (args[argument] ?? name);
    yield { at: at.span, text: meant === null ? text : `${text}: did you mean \`${meant}\`?` };
  };
}

/** The jobs that a condition names with one of their own events. */
export function jobsOf(condition: Condition | null): string[] {
  if (condition === null) return [];
  return [...conditionEvents(condition)].flatMap(({ name, args }) => {
    const job = args.find((arg) => arg.startsWith('JOB=') || !arg.includes('='));
    return JOB_EVENTS.includes(name) && job !== undefined ? [job.replace(/^JOB=/, '')] : [];
  });
}

/** The event that was probably meant by an unknown name. */
function meantBy(event: string, emits: readonly string[], jobs: LintWorld['jobs']): string | null {
  const [, glued, levels] = /^([\w-]+)(\[.*\])$/.exec(event) ?? [];
  if (glued !== undefined && isKnownEvent(glued)) return `${glued} ${levels}`;
  if (jobs?.has(event)) return `started ${event}`;
  return meantEvent(event) ?? nearest(event, [...KNOWN_EVENTS, ...emits]);
}

/** Whether the process of some job seems to emit it. */
function isEmitted(event: string, own: JobDefinition, jobs: NonNullable<LintWorld['jobs']>): boolean {
  const commands = [...jobs.values()].flatMap((job) => job.commands);
  const texts = [...Object.values(own.processes).map(({ text }) => text), ...commands];
  return texts.some((text) => text.includes('emit') && text.includes(event));
}
