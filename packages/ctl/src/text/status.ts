/** Status lines (reference: control §3.3). Scripts parse them; on a terminal they are coloured and lined up besides. */

import type { Slot } from '@upstart/common';
import type { CheckStatus, Health, InstanceStatus, JobStatus } from '@upstart/protocol';
import { type Palette, printable } from './colour.ts';
import { columnsOf, padColumns } from './columns.ts';

/** The slots whose process is named without its slot when it comes first. */
const UNNAMED: readonly Slot[] = ['main', 'pre-start', 'post-stop'];

/** The one line of a job without instances. */
export function stoppedLine(job: string): string {
  return `${job} stop/waiting`;
}

/** `NAME[ (INSTANCE)] GOAL/STATE[, process PID]`, and a line for each further process. */
export function instanceLines(job: string, instance: InstanceStatus): string[] {
  const { goal, state, processes } = instance;
  return [
    `${displayName(job, instance)} ${goal}/${state}${firstProcess(instance)}`,
    ...processes.slice(1).map(further),
  ];
}

function displayName(job: string, instance: InstanceStatus): string {
  return instance.name === '' ? job : `${job} (${instance.name})`;
}

function firstProcess({ processes: [first] }: InstanceStatus): string {
  if (first === undefined) return '';
  return UNNAMED.includes(first.slot) ? `, process ${first.pid}` : `, (${first.slot}) process ${first.pid}`;
}

function further(process: InstanceStatus['processes'][number]): string {
  return `\t${process.slot} process ${process.pid}`;
}

function logTrouble({ logTrouble }: InstanceStatus): string[] {
  return logTrouble ? [`\tits log cannot be written: ${logTrouble.error}`] : [];
}

/** What the main process says of itself. */
export function saying({ says }: InstanceStatus): string[] {
  return says === undefined ? [] : [`\tit says: ${printable(says)}`];
}

/** What of the health of an instance is shown; a log in trouble has its own line. */
const SHOWN: readonly (Health | undefined)[] = ['pending', 'flapping', 'unhealthy'];

/** What a start waits for, or why it is not well; and with `verbose` how each check is. Of a status with details. */
export function healthLines({ health, why, checks = [] }: InstanceStatus, verbose: boolean): string[] {
  const trouble = why && SHOWN.includes(health) ? [`\t${health}: ${printable(why)}`] : [];
  return [...trouble, ...(verbose ? checks.flatMap(checkLine) : [])];
}

/** One that is unhealthy stands in the reason. */
function checkLine({ check, healthy, failures, answer }: CheckStatus): string[] {
  if (healthy === false) return [];
  const last = answer === null ? '' : `: ${answer}`;
  const times = failures === 1 ? 'once' : `${failures} times in a row`;
  const state = healthy ? 'healthy' : failures > 0 ? `has failed ${times}${last}` : `not known yet${last}`;
  return [`\tcheck ${printable(`${check}: ${state}`)}`];
}

export function statusLines({ job, instances }: JobStatus): string[] {
  if (instances.length === 0) return [stoppedLine(job)];
  return instances.flatMap((instance) => instanceLines(job, instance));
}

/** The same for people: sorted, states in one column and coloured. */
export function statusTable(statuses: readonly JobStatus[], colour: Palette): string[] {
  const rows = [...statuses]
    .sort((a, b) => (a.job < b.job ? -1 : 1))
    .flatMap(({ job, instances }) =>
      instances.length === 0
        ? [{ name: printable(job), state: 'stop/waiting', rest: '', below: [] as string[] }]
        : instances.map((instance) => ({
            name: printable(displayName(job, instance)),
            state: `${instance.goal}/${instance.state}`,
            rest: firstProcess(instance),
            below: [...instance.processes.slice(1).map(further), ...logTrouble(instance), ...saying(instance)],
          })),
    );
  const width = Math.max(0, ...rows.map(({ name }) => columnsOf(name)));
  return rows.flatMap(({ name, state, rest, below }) => [
    `${padColumns(name, width)} ${stateColour(state, colour)(state)}${rest}`,
    ...below,
  ]);
}

export function stateColour(state: string, colour: Palette): (text: string) => string {
  if (state === 'start/running') return colour.good;
  return state === 'stop/waiting' ? colour.dim : colour.busy;
}
