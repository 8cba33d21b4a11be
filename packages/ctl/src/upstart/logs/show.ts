/** The forms in which lines of logs are printed. */
import type { LogFile } from '@upstart/log-reader';
import { type Palette, printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { localTime } from '../../text/local-time.ts';
import { markText, type Run } from './runs.ts';
import type { LogLine } from './series.ts';

/** A line of a log, or the beginning of a run. */
export type Shown = LogLine | { readonly run: Run; readonly file: LogFile; readonly orderMs: number };

export interface Form {
  readonly json: boolean;
  /** Each line behind the name of its log. */
  readonly prefix: boolean;
  /** And that behind its time. */
  readonly times: boolean;
}

/** Columns of the longest name that others are lined up with. */
const MAX_NAME = 32;

/** Makes the text of lines, with a line end behind each. `labels`: the names that may come. */
export function shower(form: Form, labels: readonly string[], colour: Palette): (shown: Shown) => string {
  if (form.json) return (shown) => ('run' in shown ? '' : jsonOf(shown));
  const width = Math.min(MAX_NAME, Math.max(0, ...labels.map((label) => columnsOf(printable(label)))));
  const names = new Map<string, string>();
  const prefixOf = ({ label }: LogFile): string => {
    const known = names.get(label);
    if (known !== undefined) return known;
    const paint = colour.names[names.size % colour.names.length] ?? colour.strong;
    const prefix = `${paint(padColumns(printable(label), width))} | `;
    names.set(label, prefix);
    return prefix;
  };
  return (shown) => {
    const time = form.times ? `${colour.dim(timeText('run' in shown ? shown.orderMs : shown.timeMs))}  ` : '';
    const prefix = form.prefix ? prefixOf(shown.file) : '';
    return `${time}${prefix}${'run' in shown ? colour.dim(printable(markText(shown.run))) : shown.text}\n`;
  };
}

const NO_TIME = ' '.repeat('2026-11-29 01:16:36.123'.length);

const timeText = (atMs: number | null): string => (atMs === null ? NO_TIME : localTime(atMs));

function jsonOf({ file: { label, path }, text, timeMs }: LogLine): string {
  const time = timeMs === null ? null : new Date(timeMs).toISOString();
  return `${JSON.stringify({ log: label, path, time, text })}\n`;
}
