/** `upstart ps`: every job, the worst health first. */

import { setTimeout as pause } from 'node:timers/promises';
import { globMatches } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { type ScriptRow, scriptRows } from '../init-scripts/show.ts';
import type { UnknownJob } from '../jobs.ts';
import { namedRows } from '../ps/named-rows.ts';
import { isBad, jobRows, type Row, withTurns } from '../ps/rows.ts';
import { type Look, shares } from '../ps/shares.ts';
import { cropped, SCRIPT_COLUMNS, table } from '../ps/table.ts';

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
    const { rows, scripts, unknown } = await wanted(client, call);
    for (const { text } of unknown) call.print.failure(text);
    const isWatch = call.options.watch === true;
    if (unknown.length > 0 && (isWatch || rows.length + scripts.length === 0)) return EXIT.unknown;
    if (isWatch) return watch(client, call);
    show(rows, scripts, null, call);
    const status = call.options.failed === true && rows.some(isBad) ? EXIT.failed : EXIT.done;
    return Math.max(status, unknown.length > 0 ? EXIT.unknown : EXIT.done);
  },
});

interface Options {
  readonly failed?: boolean | undefined;
  readonly json?: boolean | undefined;
}

interface Wanted {
  readonly rows: readonly Row[];
  readonly scripts: readonly ScriptRow[];
  readonly unknown: readonly UnknownJob[];
}

async function wanted(client: UpstartClient, call: Call<Options>): Promise<Wanted> {
  const { options, words } = call;
  const all = await withTurns(client, await jobRows(client));
  const { rows, unknown } = await namedRows(client, words, all);
  const scripts = scriptRows(call, new Set(all.map(({ job }) => job)));
  const isScript = (word: string): boolean => scripts.some(({ job }) => job === word || globMatches(word, job));
  const unknownOnes = unknown.filter(({ word }) => !isScript(word));
  if (options.failed === true) return { rows: rows.filter(isBad), scripts: [], unknown: unknownOnes };
  return { rows, scripts, unknown: unknownOnes };
}

/** Prints the table repeatedly, with the share of a processor that each row took since. Redraws it in place on a terminal. */
async function watch(client: UpstartClient, call: Call<Options>): Promise<number> {
  const { context, print } = call;
  let before: Look | null = null;
  for (;;) {
    const { rows, scripts } = await wanted(client, call);
    const now: Look = { atMs: performance.now(), rows };
    const isScreen = print.forPeople && call.options.json !== true;
    if (isScreen) print.raw(CLEAR);
    show(rows, scripts, before && shares(before, now), call, isScreen ? context.terminal.rows : 0);
    before = now;
    const isOver = await pause(WATCH_MS, false, context.signal ? { signal: context.signal } : {}).catch(() => true);
    if (isOver) return EXIT.done;
  }
}

/** `height`: the most lines; 0: any number. */
function show(
  rows: readonly Row[],
  scripts: readonly ScriptRow[],
  processorShares: readonly (number | null)[] | null,
  call: Call<Options>,
  height = 0,
): void {
  const { context, options, print } = call;
  if (options.json === true) {
    const all = [...rows, ...scripts];
    // One line a sample, for a reader of a stream.
    if ('watch' in options && options.watch === true) print.line(JSON.stringify(all));
    else print.json(all);
    return;
  }
  if (rows.length + scripts.length === 0) {
    print.line(options.failed === true ? 'Nothing has failed.' : 'There are no jobs.');
    return;
  }
  const { width } = print;
  const nowMs = (context.now?.() ?? new Date()).getTime();
  const style = { colour: print.colour, width, nowMs, processorShares };
  const lines = [
    ...(rows.length === 0 ? [] : table(rows, style)),
    ...(rows.length === 0 || scripts.length === 0 ? [] : ['']),
    ...(scripts.length === 0 ? [] : table(scripts, style, SCRIPT_COLUMNS)),
  ];
  print.line(cropped(lines, height, print.colour).join('\n'));
}
