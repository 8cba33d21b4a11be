/** `upstart timers`: which jobs timers start, and when. */
import { durationText } from '@upstart/common';
import type { TimerStatus } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { meantJobs } from '../jobs.ts';

const HEADS = ['NEXT', 'IN', 'JOB', 'TIMER'] as const;
const NONE = '-';

export const timers = frontCommand({
  name: 'timers',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'List the timers of all jobs, or of those that are named: when each is due next, the first one first, and why one never is.',
  options: JSON_OPTION,
  examples: [
    ['timers', 'shows all timers'],
    ["timers backup 'sync*'", 'shows those of some jobs'],
    ["timers --json | jq '.[] | select(.fault)'", 'shows those that are never due'],
  ],
  async run({ connect, context, options, print, words }) {
    const client = await connect();
    const all = await client.call('timers', { job: null });
    const { jobs, unknown } = words.length === 0 ? { jobs: null, unknown: [] } : await meantJobs(client, words);
    for (const { text } of unknown) print.failure(text);
    const shown = jobs === null ? all : all.filter(({ job }) => jobs.some((meant) => meant.job === job));
    const nowMs = (context.now?.() ?? new Date()).getTime();
    if (options.json === true) print.json(shown);
    else if (shown.length > 0) for (const line of timerLines(shown, nowMs)) print.line(line);
    else if (unknown.length === 0) print.line('There are no timers.');
    return unknown.length > 0 ? EXIT.unknown : EXIT.done;
  },
});

/** The table; times are those of the caller's time zone. */
export function timerLines(timers: readonly TimerStatus[], nowMs: number): string[] {
  const rows = timers.map(({ job, stanza, args, next, fault }) => [
    next === null ? NONE : localTime(new Date(next)),
    next === null ? NONE : (durationText(next - nowMs) ?? 'now'),
    printable(job),
    printable([stanza, 'timer', ...args.map(quoted)].join(' ') + (fault === null ? '' : `: never due: ${fault}`)),
  ]);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => columnsOf(row[i] as string))));
  return [[...HEADS], ...rows].map((row) =>
    row
      .map((cell, i) => padColumns(cell, widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}

const quoted = (arg: string): string => (/\s/.test(arg) ? arg.replace(/=(.*)$/s, '="$1"') : arg);

function localTime(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
