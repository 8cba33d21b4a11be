/** The result of a simulation, in lines for people. */
import type { SimulatedChange, SimulationResult } from '@upstart/protocol';
import type { Palette } from './colour.ts';
import { printable } from './colour.ts';
import { columnsOf, padColumns } from './columns.ts';
import { withCause } from './history.ts';

/** The states that a job comes to, as they are printed. */
const REACHED: Readonly<Record<string, string>> = { running: 'running', waiting: 'stopped' };
const GOALS: Readonly<Record<string, string>> = { start: 'starts', stop: 'stops', respawn: 'respawns' };
/** Columns of the longest name that others are lined up with. */
const MAX_NAME = 32;
/** The most names of one kind. */
const MAX_LINES = 2000;
const MAX_RESTLESS = 10;

export function simulationLines(
  simulation: SimulationResult,
  { all, colour }: { all: boolean; colour: Palette },
): string[] {
  const { changes, dropped, errors, never, restless, stuck, assumed, ending } = simulation;
  const shown = changes.flatMap((change) => textOf(change, all, colour) ?? []);
  const width = Math.min(MAX_NAME, Math.max(0, ...shown.slice(0, MAX_LINES).map(({ name }) => columnsOf(name))));
  const lines = shown
    .slice(0, MAX_LINES)
    .map(({ atMs, name, text }) => `${colour.dim(seconds(atMs))}  ${padColumns(name, width)}  ${text}`);
  const more = dropped + Math.max(0, shown.length - MAX_LINES);
  if (more > 0) lines.push(colour.dim(`… and ${more} more changes; --json has up to 100000`));
  if (lines.length === 0) lines.push('Nothing happens.');
  const section = (title: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', colour.strong(title), ...rows.map((row) => `  ${row}`));
  };
  section(
    'Refused, or failed:',
    errors.map((text) => colour.bad(printable(text))),
  );
  section(
    ending === 'endless' ? 'Without an end, started again and again:' : 'Started again and again:',
    restless
      .slice(0, MAX_RESTLESS)
      .map(({ instance, starts }) => colour.bad(`${printable(instance)}, ${starts} times`)),
  );
  section(
    'In between in the end:',
    stuck.map(({ job, instance, goal, state }) => colour.busy(`${nameOf(job, instance)} ${goal}/${state}`)),
  );
  section(
    'Never started:',
    never.slice(0, MAX_LINES).map(({ job, needs }) => `${printable(job)} still needs ${printable(needs)}`),
  );
  section('Assumed:', assumed.map(colour.dim));
  return lines;
}

function textOf(
  change: SimulatedChange,
  all: boolean,
  colour: Palette,
): { atMs: number; name: string; text: string } | null {
  const { atMs, job, instance, to } = change;
  const name = nameOf(job, instance);
  if (change.kind === 'goal') return { atMs, name, text: withCause(GOALS[to] ?? to, printable(change.cause)) };
  const reached = REACHED[to];
  if (reached !== undefined) return { atMs, name, text: to === 'running' ? colour.good(reached) : reached };
  return all ? { atMs, name, text: colour.dim(to) } : null;
}

const nameOf = (job: string, instance: string): string => printable(instance === '' ? job : `${job} (${instance})`);

function seconds(atMs: number): string {
  return `${(atMs / 1000).toFixed(3)}s`.padStart(9);
}
