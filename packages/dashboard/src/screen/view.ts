/** What the screen shows: which jobs in which order, the selected one, the pane below. Pure: keys in `keys.ts` change it, `frame.ts` draws it. */
import { compareTexts } from '@upstart/common';
import { isBad, type Row } from '@upstart/ctl/parts';

/** What the part below the list shows. `outlook` is what a change that is asked about would do. */
export type Pane = 'none' | 'log' | 'explain' | 'outlook' | 'keys';
export type Change = 'start' | 'stop' | 'restart' | 'reload' | 'force';

export interface View {
  readonly sort: SortName;
  readonly isReversed: boolean;
  readonly show: ShowName;
  readonly search: string;
  /** Whether keys go into the search. */
  readonly isTyping: boolean;
  /** `keyOf` of the selected row; null: the first one. */
  readonly selected: string | null;
  readonly pane: Pane;
  /** Whether keys that move scroll the pane. */
  readonly isInPane: boolean;
  /** Whether the pane has the whole screen. */
  readonly isZoomed: boolean;
  /** The first line of the pane; null: the end of a log as it grows, the beginning of others. */
  readonly paneTop: number | null;
  /** A change that waits for a yes, and the pane to which its answer leads back. */
  readonly asked: { readonly change: Change; readonly row: Row; readonly from: Pane } | null;
}

export const FIRST_VIEW: View = {
  ...{ sort: 'health', isReversed: false, show: 'all', search: '', isTyping: false, selected: null },
  ...{ pane: 'none', isInPane: false, isZoomed: false, paneTop: null, asked: null },
};

/** A row with its share of a processor since the last look; null where that is unknown. */
export interface Shown {
  readonly row: Row;
  readonly share: number | null;
}

export const keyOf = ({ job, instance }: Row): string => `${job}\0${instance}`;

/** The largest first; rows without a number come last. */
const falling =
  (number: (shown: Shown) => number | null) =>
  (a: Shown, b: Shown): number =>
    (number(b) ?? -1) - (number(a) ?? -1);
const named = (a: Shown, b: Shown): number =>
  compareTexts(a.row.job, b.row.job) || compareTexts(a.row.instance, b.row.instance);

/** Orders by name, with the head of the column that each is of; rows come with the worst health first. */
export const SORTS = {
  health: { head: 'STATE', order: null },
  name: { head: 'JOB', order: named },
  processor: { head: 'CPU', order: falling(({ share }) => share) },
  memory: { head: 'MEMORY', order: falling(({ row }) => row.memoryBytes) },
  restarts: { head: 'RESTARTS', order: falling(({ row }) => row.respawns) },
  newest: { head: 'FOR', order: falling(({ row }) => row.since) },
  pid: { head: 'PID', order: falling(({ row }) => row.pid) },
} as const;
export type SortName = keyof typeof SORTS;
export const SORT_NAMES = Object.keys(SORTS) as SortName[];

const isUp = ({ state }: Row): boolean => state?.startsWith('start/') === true;

/** Selections of jobs. */
export const SHOWS = {
  all: () => true,
  running: isUp,
  stopped: (row: Row) => !isUp(row),
  'not well': isBad,
} as const;
export type ShowName = keyof typeof SHOWS;
export const SHOW_NAMES = Object.keys(SHOWS) as ShowName[];

/** The rows that are wanted, in the order that is wanted. */
export function listed(all: readonly Shown[], { sort, isReversed, show, search }: View): Shown[] {
  const words = search.toLowerCase();
  const found = all.filter(
    ({ row }) =>
      SHOWS[show](row) &&
      (words === '' || `${row.job} ${row.instance} ${row.state} ${row.why ?? ''}`.toLowerCase().includes(words)),
  );
  const { order } = SORTS[sort];
  if (order !== null) found.sort((a, b) => order(a, b) || named(a, b));
  return isReversed ? found.reverse() : found;
}

/** The place of the selected row in the list; that of the first one, if it is not in it. */
export function placeOf(rows: readonly Shown[], { selected }: View): number {
  const at = selected === null ? 0 : rows.findIndex(({ row }) => keyOf(row) === selected);
  return Math.max(0, at);
}

/** The next of several names in a circle. */
export function next<T>(names: readonly T[], name: T): T {
  return names[(names.indexOf(name) + 1) % names.length] as T;
}
