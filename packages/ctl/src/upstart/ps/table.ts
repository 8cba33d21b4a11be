/** The table that `ps` prints. */
import { counted, durationText } from '@upstart/common';
import type { ProcessExit } from '@upstart/protocol';
import { type Palette, printable } from '../../text/colour.ts';
import { columnsOf, elided, padColumns } from '../../text/columns.ts';
import { stateColour } from '../../text/status.ts';
import { wrapped } from '../../text/wrapped.ts';
import { isBad, type ShownRow } from './rows.ts';

export interface TableStyle {
  readonly colour: Palette;
  /** The width of the terminal; null: none, and each row is one line. */
  readonly width: number | null;
  /** In milliseconds since the epoch. */
  readonly nowMs: number;
  /** The current share of a processor of each row; null: the table shows the processor time instead. */
  readonly processorShares: readonly (number | null)[] | null;
}

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  cell(row: ShownRow, at: number): string;
}

const NONE = '-';
/** The widest first column in a terminal; longer names are elided. In a narrow terminal it has the room beside the other columns, down to the least. */
export const MAX_NAME_WIDTH = 32;
export const MIN_NAME_WIDTH = 16;
/** Columns that every terminal gets: JOB, STATE, PID and FOR. A narrow one has the others as far as there is room. */
const LEAST_COLUMNS = 4;
/** The least width of the last column beside the others; in narrower terminals it is below them. */
const WHY_WIDTH = 30;
const GAP = '  ';
const INDENT = '    ';

export function table(
  rows: readonly ShownRow[],
  style: TableStyle,
  given: readonly Column[] = columnsFor(style),
): string[] {
  const { colour, width } = style;
  const columns = [...given];
  const cells = rows.map((row, at) => columns.map((column) => column.cell(row, at)));
  const widths = columns.map(({ head }, i) =>
    cells.reduce((most, line) => Math.max(most, columnsOf(line[i] as string)), head.length),
  );
  const nameAt = Math.max(0, columns.findIndex(isName));
  if (width !== null) fit(columns, widths, width);
  for (const line of cells) line[nameAt] = elided(line[nameAt] as string, widths[nameAt] as number);
  const used = widthOf(widths) + GAP.length;
  const beside = width === null || width - used >= WHY_WIDTH;
  const anyWhy = rows.some((row) => whyText(row, style.nowMs) !== '');
  const heads = columns.map(({ head }, i) => pad(head, i));
  return [
    colour.strong([...heads, ...(beside && anyWhy ? ['WHY'] : [])].join(GAP).trimEnd()),
    ...rows.flatMap((row, at) => {
      const painted = (cells[at] as string[]).slice(0, columns.length).map((cell, i) => paint(cell, i));
      const line = painted.join(GAP);
      const why = whyText(row, style.nowMs);
      const tint = row.why === null ? colour.dim : isBad(row) ? colour.bad : colour.busy;
      if (why === '') return [line.trimEnd()];
      if (width === null) return [`${line}${GAP}${tint(why)}`];
      const room = beside ? width - used : width - INDENT.length;
      const parts = wrapped(why, room, 0);
      if (!beside) return [line.trimEnd(), ...parts.map((part) => `${INDENT}${tint(part)}`)];
      return parts.map((part, i) => (i === 0 ? `${line}${GAP}` : ' '.repeat(used)) + tint(part));

      function paint(cell: string, i: number): string {
        const padded = pad(cell, i);
        if (columns[i]?.head !== 'STATE') return padded;
        const state = isBad(row) ? colour.bad : stateColour(row.health === 'degraded' ? '' : (row.state ?? ''), colour);
        return padded.replace(cell, state(cell));
      }
    }),
  ];

  function pad(text: string, i: number): string {
    const size = widths[i] as number;
    return columns[i]?.align === 'right' ? text.padStart(size) : padColumns(text, size);
  }
}

/** The first lines, for which a screen of so many (0: any number of) has room, and how many more there are. */
export function cropped(lines: readonly string[], height: number, colour: Palette): readonly string[] {
  // The cursor has a line of its own.
  if (height === 0 || lines.length < height) return lines;
  const shown = lines.slice(0, Math.max(1, height - 2));
  return [...shown, colour.dim(`… and ${counted(lines.length - shown.length, 'more line')}`)];
}

/** Why it is not well, what it says of itself, when it restarts, and when its timer is due. */
export function whyText({ why, says, restartAt, nextTurn }: ShownRow, nowMs: number): string {
  const due = (what: string, atMs: number | undefined): string | [] =>
    atMs === undefined ? [] : `${what} in ${durationText(atMs - nowMs) ?? 'a moment'}`;
  const dues = [due('restarts', restartAt), due('next turn', nextTurn)];
  return printable([why ?? [], says === undefined ? [] : `says: ${says}`, ...dues].flat().join('; '));
}

/** Of all columns with the gaps between them. */
export const widthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);

/** Bounds the column with the names, and drops columns at the end for which the terminal has no room. */
export function fit(columns: Column[], widths: number[], width: number): void {
  const nameAt = Math.max(0, columns.findIndex(isName));
  const name = Math.min(widths[nameAt] as number, MAX_NAME_WIDTH);
  const least = Math.min(name, MIN_NAME_WIDTH);
  widths[nameAt] = least;
  while (widths.length > nameAt + LEAST_COLUMNS && widthOf(widths) > width) {
    widths.pop();
    columns.pop();
  }
  widths[nameAt] = Math.max(least, Math.min(name, least + width - widthOf(widths)));
}

/** Of the column with the names of jobs; without one, the first is bounded. */
const isName = ({ head }: Column): boolean => head === 'JOB';

/** Of init.d scripts, of which less is known. */
export const SCRIPT_COLUMNS: readonly Column[] = [
  { head: 'SCRIPT', align: 'left', cell: ({ job }) => printable(job) },
  { head: 'STATE', align: 'left', cell: ({ state }) => state ?? NONE },
  { head: 'PID', align: 'right', cell: ({ pid }) => (pid === null ? NONE : String(pid)) },
];

export function columnsFor({ nowMs, processorShares }: Pick<TableStyle, 'nowMs' | 'processorShares'>): Column[] {
  return [
    {
      head: 'JOB',
      align: 'left',
      cell: ({ job, instance }) => printable(instance === '' ? job : `${job} (${instance})`),
    },
    { head: 'STATE', align: 'left', cell: ({ state }) => state ?? 'broken file' },
    { head: 'PID', align: 'right', cell: ({ pid }) => (pid === null ? NONE : String(pid)) },
    { head: 'FOR', align: 'right', cell: ({ since }) => (since === null ? NONE : duration(nowMs - since)) },
    { head: 'RESTARTS', align: 'right', cell: ({ respawns }) => String(respawns) },
    { head: 'EXIT', align: 'right', cell: ({ lastExit }) => exitText(lastExit) },
    { head: 'MEMORY', align: 'right', cell: ({ memoryBytes }) => (memoryBytes === null ? NONE : size(memoryBytes)) },
    {
      head: 'CPU',
      align: 'right',
      cell: ({ cpuMs }, at) => (processorShares ? share(processorShares[at] ?? null) : time(cpuMs)),
    },
  ];
}

function exitText(exit: ProcessExit | null): string {
  if (exit === null) return NONE;
  return exit.exitSignal ?? (exit.exitStatus === null ? '?' : String(exit.exitStatus));
}

const UNITS = [
  { letter: 'd', ms: 86_400_000 },
  { letter: 'h', ms: 3_600_000 },
  { letter: 'm', ms: 60_000 },
  { letter: 's', ms: 1000 },
] as const;

/** `3m`: a duration in its largest unit. */
function duration(ms: number): string {
  const unit = UNITS.find(({ ms: one }) => ms >= one);
  return unit ? `${Math.floor(ms / unit.ms)}${unit.letter}` : '0s';
}

/** `0.3s`, `4m12s`, `3h05m`: processor time. */
function time(ms: number | null): string {
  if (ms === null) return NONE;
  const seconds = Math.floor(ms / 1000);
  const two = (count: number): string => String(count).padStart(2, '0');
  if (seconds < 60) return `${(ms / 1000).toFixed(1)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}

function share(part: number | null): string {
  return part === null ? NONE : `${(part * 100).toFixed(part < 0.0995 ? 1 : 0)}%`;
}

const SIZES = ['B', 'K', 'M', 'G', 'T'] as const;

/** `12.3M`, in powers of 1024. */
function size(bytes: number): string {
  let count = bytes;
  let at = 0;
  while (count >= 1024 && at < SIZES.length - 1) {
    count /= 1024;
    at++;
  }
  return `${count.toFixed(at === 0 || count >= 99.95 ? 0 : 1)}${SIZES[at]}`;
}
