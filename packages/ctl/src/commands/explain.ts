/** `explain`: why a job is in the state it is in, for people. */
import type { ExplainedOperand, Explanation, WaitReason } from '@upstart/protocol';
import { type Command, JSON_OUTPUT, targetOf } from '../command.ts';
import { brokenFileText, hintUnknownJob } from '../hints.ts';
import { type Palette, printable } from '../text/colour.ts';

export const explain: Command = {
  name: 'explain',
  group: 'Further',
  synopsis: 'Tell why a job is in its state.',
  usage: 'JOB',
  options: [JSON_OUTPUT],
  help: 'Outputs what the job waits for, what that waits for in turn, which of its events have been seen, and how its last run ended.',
  async run(invocation) {
    const { options, print } = invocation;
    const { job } = targetOf(invocation).target;
    const client = await invocation.connect();
    const explanation = await client.call('explain', { job }).catch(async (error: unknown) => {
      if (print.hinting) await hintUnknownJob(job, client, print);
      throw error;
    });
    if (options.json === true) print.json(explanation);
    else print.line(explanationLines(explanation, print.colour).join('\n'));
    return 0;
  },
};

/** Lines below a heading, indented; no heading without lines. */
function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map((line) => `  ${line}`)];
}

export function explanationLines(explanation: Explanation, colour: Palette): string[] {
  const { job, startOn, stopOn, instances, last, broken } = explanation;
  const name = printable(job);
  const details = [
    ...(startOn === null
      ? ['start on: nothing, it is started by request only']
      : section(
          `start on: ${printable(startOn.condition)}`,
          startOn.operands.map((o) => operand(o, colour)),
        )),
    ...(stopOn === null ? [] : [`stop on: ${printable(stopOn)}`]),
    ...(last === null ? [] : [lastRun(last)]),
    ...broken.map((file) => colour.bad(`broken file: ${printable(brokenFileText(file))}`)),
  ];
  const states =
    instances.length === 0
      ? [`${colour.strong(name)} stop/waiting`]
      : instances.flatMap((instance) => instanceLines(name, instance, colour));
  return [...states, ...details.map((line) => `  ${line}`)];
}

function instanceLines(job: string, instance: Explanation['instances'][number], colour: Palette): string[] {
  const { name, goal, state, blockedBy, respawns, stopOperands, failure, hints } = instance;
  const display = name === '' ? job : `${job} (${printable(name)})`;
  const lines = [
    ...section('waits for:', blockedBy.flatMap(chain)),
    ...(respawns === 0 ? [] : [`respawned: ${respawns} time${respawns === 1 ? '' : 's'}`]),
    ...section(
      'of its stop on:',
      stopOperands.map((o) => operand(o, colour)),
    ),
    ...(failure === null ? [] : [colour.bad(`failed: ${printable(failure.text)}`)]),
    ...hints.map((hint) => `hint: ${printable(hint)}`),
  ];
  return [`${colour.strong(display)} ${goal}/${state}`, ...lines.map((line) => `  ${line}`)];
}

/** What is waited for, and below it, indented, what that waits for. */
function chain({ text, children }: WaitReason): string[] {
  return [printable(text), ...children.flatMap(chain).map((line) => `  ${line}`)];
}

function operand({ text, seen }: ExplainedOperand, colour: Palette): string {
  return seen ? colour.good(`seen      ${printable(text)}`) : `not seen  ${printable(text)}`;
}

function lastRun({ instance, at, text, failure, respawns }: NonNullable<Explanation['last']>): string {
  const of = instance === '' ? '' : ` of ${printable(instance)}`;
  const more = failure === null || failure.text === text ? '' : ` (${printable(failure.text)})`;
  const again = respawns === 0 ? '' : `, after ${respawns} respawn${respawns === 1 ? '' : 's'}`;
  return `last run${of}: ended ${new Date(at).toISOString()}, ${printable(text)}${more}${again}`;
}
