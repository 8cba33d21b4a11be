/** Rules about conditions. */
import { globMatches, nearest } from '@upstart/common';
import type { JobDefinition } from '../job-definition.ts';
import { isKnownEvent, JOB_EVENTS, KNOWN_EVENTS, meantEvent } from '../known-events.ts';
import type { Token } from '../tokens.ts';
import type { Finding, LintWorld, Rule } from './rule.ts';
import type { ParsedFile } from './statements.ts';

export const CONDITION_RULES: readonly Rule[] = [
  { name: 'second-job', check: each(secondWord) },
  { name: 'runlevel', check: each(runlevel) },
  { name: 'unknown-event', check: each(unknownEvent) },
];

/** The stanzas that have a condition. */
const CONDITIONS: readonly string[] = ['start on', 'stop on', 'restart on', 'reload on'];

/** The longest name that is looked for among the events that are known. */
const LONGEST_NAME = 100;

interface Operand {
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
  for (const { name, args } of statements) {
    if (!CONDITIONS.includes(name)) continue;
    let operand: { name: Token; args: Token[] } | null = null;
    for (const token of args) {
      if (token.kind === 'word') {
        if (operand === null) operand = { name: token, args: [] };
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
