/** Explanations as text: first the state and its cause, then the reasons of that. */
import { adviceLines, brokenFileText, durationText } from '@upstart/common';
import type {
  EventExplanation,
  ExplainedOperand,
  Explanation,
  FailedOutput,
  LeaseEntry,
  LogTrouble,
  WaitReason,
} from '@upstart/protocol';
import { type Palette, printable } from './colour.ts';
import { leaseText } from './history.ts';
import { localTime } from './local-time.ts';
import { stateColour } from './status.ts';
import { unsupervisedLine } from './unsupervised.ts';

type ExplainedInstance = Explanation['instances'][number];
type LastRun = NonNullable<Explanation['last']>;

export function explanationLines(explanation: Explanation, colour: Palette, now: Date): string[] {
  const { job, defined, why, startOn, instances, last, broken, notes, output, unsupervised = [] } = explanation;
  const { stopOn, restartOn = null, reloadOn = null } = explanation;
  const name = colour.strong(printable(job));
  const lines =
    instances.length > 0
      ? instances.flatMap((instance) => instanceLines(printable(job), instance, colour, now))
      : [`${name}${defined ? ` ${paint('stop/waiting', colour)}` : ''}: ${printable(why ?? '')}`];
  const details = [
    ...(last === null ? [] : lastRunLines(last, why ?? '', colour, now)),
    ...(startOn === null ? [] : conditionLines('start on', startOn, instances.length === 0, colour)),
    ...(stopOn === null ? [] : [`stop on: ${printable(stopOn)}`]),
    ...(restartOn === null ? [] : [`restart on: ${printable(restartOn)}`]),
    ...(reloadOn === null ? [] : [`reload on: ${printable(reloadOn)}`]),
    ...notes.map((note) => `note: ${printable(note)}`),
    ...section(
      'changes of its lease:',
      (explanation.leases ?? []).map((entry) => leaseLine(entry, colour)),
    ),
    ...(explanation.logs ?? []).map((trouble) => colour.bad(logTroubleLine(trouble, now))),
    ...broken.flatMap((file) => [
      colour.bad(`broken file: ${printable(brokenFileText(file))}`),
      ...indented(adviceLines(file)),
    ]),
    ...unsupervised.map((process) => colour.bad(unsupervisedLine(process, hasFailed(explanation)))),
    ...(output ? outputLines(explanation, output, colour) : []),
  ];
  return [...lines, ...indented(details)];
}

export function eventLines(name: string, events: EventExplanation, colour: Palette): string[] {
  if (events.length === 0) return [`No event ${printable(name)} is pending: all that were emitted are over.`];
  return events.flatMap(({ env, heldBy, failed }) => {
    const event = colour.strong(printable([name, ...env].join(' ')));
    const fate = failed ? `is not over, and will end as ${colour.bad('failed')}` : 'is not over';
    return [`${event} ${fate}${heldBy.length > 0 ? ':' : ''}`, ...indented(heldBy.flatMap(chain))];
  });
}

function instanceLines(job: string, instance: ExplainedInstance, colour: Palette, now: Date): string[] {
  const { name, goal, state, why, blockedBy, holds, respawns, stopOperands, hints } = instance;
  const display = colour.strong(name === '' ? job : `${job} (${printable(name)})`);
  const lines = [
    ...section('waits for:', told(blockedBy, why) ? [] : blockedBy.flatMap(chain)),
    ...section(
      'holds up:',
      holds.map((event) => `the event \`${printable(event)}\``),
    ),
    ...(respawns === 0 ? [] : [`respawned: ${times(respawns)}${seriesText(instance, now)}`]),
    ...section(
      'of its stop on:',
      stopOperands.some(({ seen }) => seen) ? stopOperands.map((operand) => operandLine(operand, colour)) : [],
    ),
    ...hints.map((hint) => `hint: ${printable(hint)}`),
  ];
  return [`${display} ${paint(`${goal}/${state}`, colour)}: ${printable(why)}`, ...indented(lines)];
}

/** `, 6 times in a row since …; the next try comes in 3 seconds`: of more than one. */
function seriesText({ series = null }: ExplainedInstance, now: Date): string {
  if (series === null) return '';
  const row = series.count < 2 ? '' : `, ${series.count} times in a row since ${stamp(series.since)}`;
  if (series.next === null) return row;
  return `${row}; the next try comes in ${durationText(series.next - now.getTime()) ?? 'a moment'}`;
}

/** The first line contains it already. */
function told(reasons: readonly WaitReason[], why: string): boolean {
  const [only] = reasons;
  return reasons.length === 1 && only?.children.length === 0 && why.includes(only.text);
}

/** The condition, and its progress if it can still become true. */
function conditionLines(
  heading: string,
  { condition, operands }: NonNullable<Explanation['startOn']>,
  waiting: boolean,
  colour: Palette,
): string[] {
  const first = `${heading}: ${printable(condition)}`;
  if (!waiting && !operands.some(({ seen }) => seen)) return [first];
  const [only] = operands;
  if (operands.length > 1 || !only)
    return section(
      first,
      operands.map((operand) => operandLine(operand, colour)),
    );
  return [only.note === null ? first : `${first} (${printable(only.note)})`];
}

function operandLine({ text, seen, note }: ExplainedOperand, colour: Palette): string {
  const line = `${seen ? colour.good('seen    ') : 'not seen'}  ${printable(text)}`;
  return note === null ? line : `${line} (${printable(note)})`;
}

/** The reasons for waiting, each with its own reasons below it, indented. */
function chain({ text, children }: WaitReason): string[] {
  return [printable(text), ...indented(children.flatMap(chain))];
}

/** The end of the last run, without the text of the first line. */
function lastRunLines(
  { instance, at, text, failure, respawns }: LastRun,
  said: string,
  colour: Palette,
  now: Date,
): string[] {
  const of = instance === '' ? '' : ` of (${printable(instance)})`;
  const again = respawns === 0 ? '' : `, after it was respawned ${times(respawns)}`;
  const what = failure?.text ?? text;
  const more = said.includes(what) && text.startsWith(what) ? text.slice(what.length).replace(/^; /, '') : text;
  const line = `last run${of}: ended ${ago(at, now)}${again}${more === '' ? '' : `: ${printable(more)}`}`;
  return [failure === null ? line : colour.bad(line)];
}

/** The trouble with a log, since when, and how much output is lost. */
function logTroubleLine({ path, error, meaning, since, dropped }: LogTrouble, now: Date): string {
  const reason = meaning === null ? error : `${error} (${meaning})`;
  const cost = dropped === 0 ? 'its output is kept for now' : `${dropped} bytes of output have been dropped`;
  return `log: ${printable(path)} cannot be written: ${reason}; it began ${ago(since, now)}; ${cost}`;
}

/** Of a job with instances it has the name of that. */
function leaseLine(entry: LeaseEntry, colour: Palette): string {
  const { atMs, instance } = entry;
  const of = instance === '' ? '' : ` (${printable(instance)})`;
  return `${localTime(atMs)}${of}  ${leaseText(entry, colour)}`;
}

function hasFailed({ instances, last }: Explanation): boolean {
  return instances.some(({ failure }) => failure) || (instances.length === 0 && last?.failure != null);
}

/** The last words of a failed run, and where the others are. */
function outputLines(
  { job, instances, last }: Explanation,
  { path, lastLine }: FailedOutput,
  colour: Palette,
): string[] {
  const named = instances.some(({ name }) => name !== '') || (last?.instance ?? '') !== '';
  return [
    ...(lastLine === null ? [] : [`last line of output: ${printable(lastLine)}`]),
    colour.dim(named ? `${printable(path)} has its output` : `initctl log ${printable(job)} shows its output`),
  ];
}

/** `3 minutes ago (2026-11-23T02:43:52Z)`. */
function ago(atMs: number, now: Date): string {
  const passed = durationText(now.getTime() - atMs);
  return `${passed === null ? 'just now' : `${passed} ago`} (${stamp(atMs)})`;
}

function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function paint(state: string, colour: Palette): string {
  return stateColour(state, colour)(state);
}

/** Lines below a heading, indented; no heading without lines. */
function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...indented(lines)];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
