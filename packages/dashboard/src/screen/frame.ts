/** The lines of the screen. Pure. */
import {
  columnsFor,
  columnsOf,
  cut,
  elided,
  fit,
  isBad,
  type Palette,
  padColumns,
  printable,
  type Row,
  stateColour,
  whyText,
  widthOf,
} from '@upstart/ctl/parts';
import { type Change, type Shown, SORTS, type View } from './view.ts';

export interface Size {
  readonly columns: number;
  readonly lines: number;
}

/** In smaller terminals nothing but a note fits. */
export const LEAST: Size = { columns: 40, lines: 10 };
/** The widest job, for which columns are dropped in a narrow terminal. */
const MAX_NAME_WIDTH = 40;
const LEAST_NAME_WIDTH = 8;
/** Title, state of the list and heads above it, message and keys below it. */
const LINES_ABOVE = 3;
const LINES_BELOW = 2;
const GAP = '  ';
const KEYS = '? keys  q quit  / search  o sort  f show  l log  e why  s start  x stop  r restart';

export interface Picture {
  readonly view: View;
  /** Those of `listed`. */
  readonly rows: readonly Shown[];
  readonly at: number;
  /** The first row that is shown. */
  readonly top: number;
  readonly counts: string;
  readonly title: string;
  /** Whether init answers; '' if it does. */
  readonly trouble: string;
  /** What was done last. */
  readonly message: { readonly text: string; readonly isBad: boolean };
  /** Lines of the pane, which fit the width. */
  readonly pane: readonly string[];
  readonly nowMs: number;
  readonly colour: Palette;
  /** Marks a whole line; without effect where there is no colour: then the mark in front has to do. */
  readonly isPlain: boolean;
}

/** How many rows of the list and lines of the pane there are. */
export function heights({ lines }: Size, { pane, isZoomed }: View): { list: number; pane: number } {
  const room = lines - LINES_ABOVE - LINES_BELOW;
  if (pane === 'none') return { list: room, pane: 0 };
  // One line is the head of the pane.
  const below = isZoomed ? lines - LINES_BELOW - 2 : Math.max(3, Math.floor(room * 0.55));
  return { list: isZoomed ? 0 : room - below - 1, pane: below };
}

const QUESTIONS: Readonly<Record<Change, string>> = {
  start: 'Start',
  stop: 'Stop',
  restart: 'Restart',
  reload: 'Reload',
  force: 'Stop by force',
};

export const nameOf = ({ job, instance }: Row): string => printable(instance === '' ? job : `${job} (${instance})`);

/** Exactly as many lines as the terminal has, none wider than it. */
export function frame(picture: Picture, size: Size): string[] {
  const { columns, lines } = size;
  if (columns < LEAST.columns || lines < LEAST.lines)
    return Array.from({ length: lines }, (_, at) =>
      at === 0 ? cut(`too small: ${LEAST.columns}x${LEAST.lines} is the least`, columns) : '',
    );
  const { view, colour, message } = picture;
  const { list, pane } = heights(size, view);
  const above = [titleLine(picture, columns)];
  if (!(view.isZoomed && pane > 0))
    above.push(colour.dim(cut(listLine(picture), columns)), ...listLines(picture, columns, list));
  const below = pane === 0 ? [] : [paneHead(picture, columns, pane), ...paneLines(picture, pane)];
  const tint = message.isBad ? colour.bad : colour.strong;
  const last = [tint(cut(printable(promptOf(picture) ?? message.text), columns)), colour.dim(cut(KEYS, columns))];
  return [...above, ...below, ...last];
}

function titleLine({ title, counts, trouble, colour }: Picture, columns: number): string {
  const right = trouble === '' ? 'live' : trouble;
  const left = cut(`${title}  ${counts}`, columns - columnsOf(right) - GAP.length);
  const tint = trouble === '' ? colour.good : colour.bad;
  return `${colour.strong(padColumns(left, columns - columnsOf(right)))}${tint(right)}`;
}

function listLine({ view, rows }: Picture): string {
  const { sort, isReversed, show, search } = view;
  const parts = [`sorted by ${sort}${isReversed ? ', reversed' : ''}`, `showing ${show}`];
  if (search !== '') parts.push(`with ${printable(search)}`);
  return `${parts.join(', ')}: ${rows.length}`;
}

/** The heads, and as many rows as there is room for. */
function listLines(
  { rows, at, top, view, nowMs, colour, isPlain }: Picture,
  columns: number,
  height: number,
): string[] {
  const shown = rows.slice(top, top + height);
  const table = columnsFor({ nowMs, processorShares: shown.map(({ share }) => share) });
  const cells = shown.map(({ row }, index) => table.map((column) => column.cell(row, index)));
  const widths = table.map(({ head }, i) =>
    cells.reduce((most, line) => Math.max(most, columnsOf(line[i] as string)), head.length),
  );
  widths[0] = Math.min(MAX_NAME_WIDTH, widths[0] as number);
  // The mark of the selected row.
  const room = columns - 2;
  fit(table, widths, room);
  // In the narrowest terminals even the columns that every terminal gets have no room.
  const [name = 0] = widths;
  const over = Math.max(0, widthOf(widths) - room);
  widths[0] = Math.min(name, Math.max(LEAST_NAME_WIDTH, name - over));
  while (widthOf(widths) > room) {
    widths.pop();
    table.pop();
  }
  const used = widthOf(widths);
  const pad = (text: string, i: number): string =>
    table[i]?.align === 'right' ? text.padStart(widths[i] as number) : padColumns(text, widths[i] as number);
  const heads = table.map(({ head }, i) =>
    head === SORTS[view.sort].head ? colour.busy(pad(head, i)) : colour.strong(pad(head, i)),
  );
  const whyRoom = room - used - GAP.length;
  const lines = [`  ${heads.join(GAP)}${whyRoom >= 3 ? `${GAP}${colour.strong('WHY')}` : ''}`];
  for (const [index, { row }] of shown.entries()) {
    const line = cells[index] as string[];
    line[0] = elided(line[0] as string, widths[0] as number);
    const isSelected = top + index === at;
    const why = whyRoom >= 3 ? cut(whyText(row, nowMs), whyRoom) : '';
    const padded = line.slice(0, table.length).map((cell, i) => pad(cell, i));
    if (isSelected && !isPlain) lines.push(selected(padColumns(`> ${padded.join(GAP)}${GAP}${why}`, columns)));
    else {
      const painted = padded.map((cell, i) => (table[i]?.head === 'STATE' ? paintState(row, cell, colour) : cell));
      const tint = row.why === null ? colour.dim : isBad(row) ? colour.bad : colour.busy;
      lines.push(`${isSelected ? '>' : ' '} ${painted.join(GAP)}${why === '' ? '' : `${GAP}${tint(why)}`}`);
    }
  }
  if (rows.length === 0) lines.push(colour.dim('  no job fits'));
  return [...lines, ...Array.from({ length: Math.max(0, height + 1 - lines.length) }, () => '')];
}

const selected = (text: string): string => `\u001b[7m${text}\u001b[27m`;

function paintState(row: Row, cell: string, colour: Palette): string {
  return (isBad(row) ? colour.bad : stateColour(row.health === 'degraded' ? '' : (row.state ?? ''), colour))(cell);
}

function paneHead({ view, rows, at, pane, colour }: Picture, columns: number, height: number): string {
  const end = Math.max(0, pane.length - height);
  const row = view.asked?.row ?? rows[at]?.row;
  const name = row === undefined ? '' : nameOf(row);
  const title = {
    none: '',
    log: `log of ${name}`,
    explain: `why ${name}`,
    outlook: 'what would happen',
    keys: 'keys',
  }[view.pane];
  const where = view.isInPane
    ? `, from line ${(view.paneTop ?? (view.pane === 'log' ? end : 0)) + 1} of ${pane.length}`
    : '';
  const text = `-- ${cut(`${title}${where}`, columns - 6)} `;
  return colour.strong(text + '-'.repeat(Math.max(0, columns - columnsOf(text))));
}

function paneLines({ view, pane }: Picture, height: number): string[] {
  const end = Math.max(0, pane.length - height);
  const top = Math.min(end, view.paneTop ?? (view.pane === 'log' ? end : 0));
  return Array.from({ length: height }, (_, index) => pane[top + index] ?? '');
}

/** The question, or the search that is being typed; null: neither. */
function promptOf({ view }: Picture): string | null {
  if (view.isTyping) return `search: ${view.search}_`;
  if (view.asked === null) return null;
  return `${QUESTIONS[view.asked.change]} ${nameOf(view.asked.row)}? y: yes, other keys: no`;
}
