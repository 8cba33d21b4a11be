/** `upstart ps`: every job, the worst health first. */

import { setTimeout as pause } from 'node:timers/promises';
import type { UpstartClient } from '@upstart/protocol';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { type NamedRows, namedRows } from '../ps/named-rows.ts';
import { isBad, jobRows, type Row, withTurns } from '../ps/rows.ts';
import { cropped, table } from '../ps/table.ts';

/** The interval of `--watch`, in milliseconds. */
const WATCH_MS = 2000;
/** Clears a terminal and moves the cursor to its top. */
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

export const ps = frontCommand({
  name: 'ps',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'Show every job, or those that are named: its state, since when, its processes and what they use, and why it is not well. Failed jobs and broken files come first.',
  options: {
    failed: {
      type: 'boolean',
      describe: 'only what is broken, has failed, flaps or is unhealthy; exits with 1 if there is any',
    },
    watch: { type: 'boolean', alias: 'w', describe: 'show it again every two seconds, until interrupted' },
    ...JSON_OPTION,
  },
  examples: [
    ['ps', 'shows all jobs'],
    ['ps --failed', 'shows what has gone wrong'],
    ["ps web 'worker*'", 'shows these jobs'],
    ['ps --json | jq -r \'.[] | select(.health != "well") | .job\'', 'names what is not well'],
  ],
  isLocal: ({ watch }) => watch === true,
  async run(call) {
    const client = await call.connect();
    const { rows, unknown } = await wantedRows(client, call);
    for (const { text } of unknown) call.print.failure(text);
    const isWatch = call.options.watch === true;
    if (unknown.length > 0 && (isWatch || rows.length === 0)) return EXIT.unknown;
    if (isWatch) return watch(client, call);
    show(rows, null, call);
    const status = call.options.failed === true && rows.some(isBad) ? EXIT.failed : EXIT.done;
    return Math.max(status, unknown.length > 0 ? EXIT.unknown : EXIT.done);
  },
});

interface Options {
  readonly failed?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function wantedRows(client: UpstartClient, { options, words }: Call<Options>): Promise<NamedRows> {
  const { rows, unknown } = await namedRows(client, words, await withTurns(client, await jobRows(client)));
  return { rows: options.failed === true ? rows.filter(isBad) : rows, unknown };
}

/** Prints the table repeatedly, with the share of a processor that each row took since. Redraws it in place on a terminal. */
async function watch(client: UpstartClient, call: Call<Options>): Promise<number> {
  const { context, print } = call;
  let before: Look | null = null;
  for (;;) {
    const { rows } = await wantedRows(client, call);
    const now: Look = { atMs: performance.now(), rows };
    const isScreen = print.forPeople && call.options.json !== true;
    if (isScreen) print.raw(CLEAR);
    show(rows, before && shares(before, now), call, isScreen ? context.terminal.rows : 0);
    before = now;
    const isOver = await pause(WATCH_MS, false, context.signal ? { signal: context.signal } : {}).catch(() => true);
    if (isOver) return EXIT.done;
  }
}

interface Look {
  /** In milliseconds of monotonic time. */
  readonly atMs: number;
  readonly rows: readonly Row[];
}

/** The share of one processor that each row took between two samples; null where that is unknown. */
function shares(before: Look, now: Look): (number | null)[] {
  const earlier = new Map(before.rows.map((row) => [keyOf(row), row.cpuMs]));
  return now.rows.map((row) => {
    const was = earlier.get(keyOf(row)) ?? null;
    return row.cpuMs === null || was === null ? null : Math.max(0, row.cpuMs - was) / (now.atMs - before.atMs);
  });
}

const keyOf = ({ job, instance, since }: Row): string => `${job}\0${instance}\0${since}`;

/** `height`: the most lines; 0: any number. */
function show(
  rows: readonly Row[],
  processorShares: readonly (number | null)[] | null,
  call: Call<Options>,
  height = 0,
): void {
  const { context, options, print } = call;
  if (options.json === true) {
    // One line a sample, for a reader of a stream.
    if ('watch' in options && options.watch === true) print.line(JSON.stringify(rows));
    else print.json(rows);
    return;
  }
  if (rows.length === 0) {
    print.line(options.failed === true ? 'Nothing has failed.' : 'There are no jobs.');
    return;
  }
  const { width } = print;
  const nowMs = (context.now?.() ?? new Date()).getTime();
  const lines = table(rows, { colour: print.colour, width, nowMs, processorShares });
  print.line(cropped(lines, height, print.colour).join('\n'));
}
