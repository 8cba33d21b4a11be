/** A plot as a picture: names at the left, bars over time, arrows for causes. */
import { counted, printable } from '@upstart/common';
import { secondsText } from '../../text/seconds.ts';
import { PHASES, type Phase } from '../../timeline/phases.ts';
import { described, picture, rounded, shortened, text, widthOf } from '../svg.ts';
import { type Axis, axisOf } from './axis.ts';
import { type Link, type Plot, type Row, totals } from './rows.ts';
import { STYLE } from './style.ts';

const MARGIN = 24;
const ROW_HEIGHT = 20;
const HEAD_HEIGHT = 116;
const AXIS_HEIGHT = 22;
/** Between the names, the times and the bars. */
const GAP = 12;
const TIMES_WIDTH = 80;
const MAX_NAME = 36;
const BARS_WIDTH = 1000;
/** A shorter bar would be invisible. */
const MIN_BAR = 1.5;
/** The room that an arrow to the right needs. */
const ARROW_ROOM = 10;
/** By phase. The heights of bars differ, too, for readers who cannot tell the colours apart. */
const BAR_HEIGHT: Readonly<Record<Phase, number>> = {
  ...{ starting: 4, 'pre-start': 10, spawned: 14, 'post-start': 10, running: 8, stopping: 6 },
};

export interface Heading {
  readonly title: string;
  /** Below it. */
  readonly lines: readonly string[];
}

export function plotPicture(plot: Plot, { title, lines }: Heading): string {
  const names = plot.rows.map(nameOf);
  const namesWidth = Math.max(60, ...names.map((name) => widthOf(name)));
  const left = MARGIN + namesWidth + GAP + TIMES_WIDTH + 2 * GAP;
  const top = MARGIN + HEAD_HEIGHT;
  const bottom = top + plot.rows.length * ROW_HEIGHT;
  const axis = axisOf(plot.fromMs, plot.toMs, BARS_WIDTH);
  const width = left + BARS_WIDTH + MARGIN;
  const place = { left, top, bottom, namesRight: MARGIN + namesWidth };
  const dropped = plot.dropped === 0 ? [] : [`and ${plot.dropped} more rows, which are not shown`];
  return picture({ width, height: bottom + AXIS_HEIGHT + MARGIN, title, style: STYLE }, [
    text(title, { x: MARGIN, y: MARGIN + 18, className: 'title' }),
    ...[...lines, ...dropped].map((line, at) => text(line, { x: MARGIN, y: MARGIN + 40 + at * 16, className: 'dim' })),
    ...legend(MARGIN + HEAD_HEIGHT - 34),
    ...plot.rows.flatMap((_, at) =>
      at % 2 === 1
        ? []
        : [
            `<rect class="zebra" x="${MARGIN - 8}" y="${top + at * ROW_HEIGHT}" width="${rounded(width - 2 * MARGIN + 16)}" height="${ROW_HEIGHT}"/>`,
          ],
    ),
    ...ticks(axis, place),
    text('running after', { x: left - 2 * GAP, y: top - 8, anchor: 'end', className: 'small dim' }),
    ...plot.links.filter(({ isInChain }) => !isInChain).map((link) => drawnLink(link, axis, place)),
    ...plot.rows.map((row, at) => drawnRow(row, names[at] as string, { axis, place, y: top + at * ROW_HEIGHT, plot })),
    ...plot.links.filter(({ isInChain }) => isInChain).map((link) => drawnLink(link, axis, place)),
  ]);
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly namesRight: number;
}

function nameOf({ label, failure }: Row): string {
  return `${failure === null ? '' : '✕ '}${shortened(printable(label), MAX_NAME)}`;
}

function legend(y: number): string[] {
  let x = MARGIN;
  const next = (words: string, mark: string, markWidth: number): string[] => {
    const parts = [mark, text(words, { x: x + markWidth + 6, y, className: 'small dim' })];
    x += markWidth + 6 + widthOf(words, 11) + 14;
    return parts;
  };
  const bars = PHASES.flatMap((phase) => next(phase, bar(phase, x, y - 4, 18), 18));
  const line = (kind: string): string => `<path class="link ${kind} sample" d="M${rounded(x)} ${y - 4}h20"/>`;
  return [
    ...bars,
    ...next('starts', line('starts'), 20),
    ...next('stops', line('stops'), 20),
    ...next('emits, is waited for', line('waits'), 20),
    ...next('longest chain', line('starts chain'), 20),
    ...next('failed', cross(x + 5, y - 4), 10),
  ];
}

/** `y`: its middle. */
function bar(phase: Phase, x: number, y: number, width: number): string {
  const height = BAR_HEIGHT[phase];
  return `<rect class="${phase}" x="${rounded(x)}" y="${rounded(y - height / 2)}" width="${rounded(Math.max(width, MIN_BAR))}" height="${height}"/>`;
}

function cross(x: number, y: number): string {
  return `<path class="cross" d="M${rounded(x - 4)} ${rounded(y - 4)}l8 8m0-8l-8 8"/>`;
}

function ticks({ ticks, at }: Axis, { left, top, bottom }: Place): string[] {
  return ticks.flatMap(({ ms, label }) => {
    const x = left + at(ms);
    return [
      `<path class="tick" d="M${rounded(x)} ${top - 4}V${bottom + 4}"/>`,
      text(label, { x, y: top - 8, anchor: 'middle', className: 'small dim' }),
      text(label, { x, y: bottom + 17, anchor: 'middle', className: 'small dim' }),
    ];
  });
}

function drawnRow(
  row: Row,
  name: string,
  { axis, place, y, plot }: { axis: Axis; place: Place; y: number; plot: Plot },
): string {
  const middle = y + ROW_HEIGHT / 2;
  const x = (ms: number): number => place.left + axis.at(ms);
  const className = [
    row.failure === null ? '' : 'failed',
    row.isInChain ? 'strong' : '',
    row.kind === 'event' ? 'dim' : '',
  ];
  const took = row.upMs === null ? (row.kind === 'event' ? 'event' : '–') : secondsText(row.upMs);
  const since = (ms: number): string => secondsText(ms - plot.fromMs);
  const bars = row.bars.map(({ phase, fromMs, toMs }) =>
    described(`${row.label}: ${phase} for ${secondsText(toMs - fromMs)}, from ${since(fromMs)} to ${since(toMs)}`, [
      bar(phase, x(fromMs), middle, x(toMs) - x(fromMs)),
    ]),
  );
  const marks =
    row.kind === 'event'
      ? [`<path class="event" d="M${rounded(x(row.fromMs))} ${middle - 6}l6 6-6 6-6-6z"/>`]
      : row.badExitsMs.map((ms) => cross(x(ms), middle));
  const words = row.failure === null ? row.label : `${row.label}: ${row.failure}`;
  return [
    described(words, [
      text(name, { x: place.namesRight, y: middle + 4, anchor: 'end', className: className.filter(Boolean).join(' ') }),
    ]),
    text(took, { x: place.namesRight + GAP + TIMES_WIDTH, y: middle + 4, anchor: 'end', className: 'small dim' }),
    ...bars,
    ...(marks.length > 0 ? [described(words, marks)] : []),
  ].join('');
}

const LINK_CLASS = { start: 'starts', stop: 'stops', wait: 'waits' } as const;

/** Down or up from the cause, then to the right; an arrow that has no room for that points at the bar from above or below. */
function drawnLink({ kind, from, fromMs, to, toMs, isInChain }: Link, axis: Axis, { left, top }: Place): string {
  const [x1, x2] = [left + axis.at(fromMs), left + axis.at(toMs)];
  const [y1, y2] = [from, to].map((row) => top + (row + 0.5) * ROW_HEIGHT) as [number, number];
  const down = y2 > y1 ? 1 : -1;
  const path =
    x2 - x1 >= ARROW_ROOM
      ? `M${rounded(x1)} ${rounded(y1)}V${rounded(y2)}H${rounded(x2)}`
      : `M${rounded(x1)} ${rounded(y1)}V${rounded(y2 - down * 9)}L${rounded(x2)} ${rounded(y2 - down * 3)}`;
  const className = `link ${LINK_CLASS[kind]}${isInChain ? ' chain' : ''}`;
  return `<path class="${className}" d="${path}" marker-end="url(#head-${kind === 'wait' ? 'emits' : kind})"/>`;
}

/** The heading: the title and the totals. `ranMs`: the duration of the chain; null: there is none. */
export function headingOf(
  plot: Plot,
  title: string,
  { beganMs, last }: { beganMs: number; last: string | null },
): Heading {
  const { jobs, running, coming, stopped, failed } = totals(plot);
  const counts = [
    `${running} running`,
    ...(coming > 0 ? [`${coming} coming up`] : []),
    `${stopped} stopped`,
    `${failed} failed`,
  ];
  const began = new Date(beganMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return {
    title,
    lines: [
      `${counted(jobs, 'job')}: ${counts.join(', ')}`,
      [`begins ${began}`, ...(last === null ? [] : [last])].join('; '),
    ],
  };
}
