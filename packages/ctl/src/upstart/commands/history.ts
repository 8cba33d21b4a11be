/** `upstart history`: what has happened, with causes. */
import { globMatches, UsageError } from '@upstart/common';
import { type HistoryEntry, MAX_HISTORY_ENTRIES, type UpstartClient } from '@upstart/protocol';
import { readHistory } from '../../history.ts';
import { columnsOf, elided, padColumns } from '../../text/columns.ts';
import { historyName, historyText, isMilestone } from '../../text/history.ts';
import { localTime } from '../../text/local-time.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import { timeSince } from '../since.ts';

/** How many entries are shown without options. */
const DEFAULT_LINES = 100;
/** Columns of the longest name that others are lined up with. */
const MAX_NAME = 32;
/** Columns of a name, and of the text behind it, that a narrow terminal has room for. */
const MIN_NAME = 8;
const MIN_TEXT = 32;
/** Columns of a time. */
const TIME = '2026-11-29 01:16:36.123'.length;
const GAP = '  ';

export const history = frontCommand({
  name: 'history',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'Show what has happened, oldest first, with causes: what started, stopped and ended, and who asked for it. Init keeps the last 10,000 entries.',
  options: {
    all: { type: 'boolean', describe: 'show every state and process, not only where a job comes to' },
    since: {
      type: 'string',
      requiresArg: true,
      describe: 'show what is not older than this: 10m, 2h, 1d, or a time such as 2026-11-29 01:16',
    },
    lines: {
      type: 'string',
      alias: 'n',
      requiresArg: true,
      describe: `show this many of the last lines; ${DEFAULT_LINES} without --since`,
    },
    follow: { type: 'boolean', alias: 'f', describe: 'show what happens from then on, too, until interrupted' },
    ...JSON_OPTION,
  },
  examples: [
    ['history', 'shows the last things that happened'],
    ['history web --since 1h', 'shows why web was started and stopped in the last hour'],
    ["history 'worker*' -n 20 --all", 'shows the last twenty lines of several jobs, with every state'],
    ['history --json --since 1d', 'prints a list of entries, for programs'],
  ],
  isLocal: ({ follow }) => follow === true,
  async run(call) {
    const { options, words } = call;
    const nowMs = (call.context.now?.() ?? new Date()).getTime();
    const sinceMs = options.since === undefined ? 0 : timeSince(options.since, nowMs);
    const lines = linesOf(options.lines, options.since !== undefined);
    const client = await call.connect();
    const [word] = words;
    // Init looks for one job; patterns are compared here.
    const job = words.length === 1 && word !== undefined && !/[*?[/]/.test(word) ? word : null;
    const isWanted = (entry: HistoryEntry): boolean =>
      (words.length === 0 || (entry.kind !== 'event' && isAbout(entry, words))) &&
      (options.all === true || options.json === true || isMilestone(entry));
    const { entries, upTo } = await readHistory(client, { job, sinceMs, after: 0 });
    const shown = entries.filter(isWanted).slice(-lines);
    const isJson = options.json === true;
    if (isJson && options.follow !== true) call.print.json(shown);
    else show(shown, isJson, call);
    if (options.follow === true) {
      await follow(client, { job, after: upTo }, isWanted, call);
      return EXIT.done;
    }
    if (shown.length > 0) return EXIT.done;
    // A job that is gone has a history; a word that no job has ever fitted is a mistake.
    const { unknown } = await meantJobs(client, words.map(jobOf));
    for (const { text } of unknown) call.print.failure(text);
    if (unknown.length > 0) return EXIT.unknown;
    if (!isJson) call.print.notice('Nothing has happened.');
    return EXIT.done;
  },
});

/** The part of `JOB/INSTANCE` that names a job: instances come and go. */
const jobOf = (word: string): string => word.replace(/\/.*/s, '');

function isAbout({ job, instance }: { job: string; instance: string }, patterns: readonly string[]): boolean {
  return patterns.some(
    (pattern) => pattern === job || globMatches(pattern, job) || globMatches(pattern, `${job}/${instance}`),
  );
}

function show(entries: readonly HistoryEntry[], isJson: boolean, { print }: Call): void {
  if (isJson) {
    for (const entry of entries) print.line(JSON.stringify(entry));
    return;
  }
  const most = print.width === null ? null : Math.max(MIN_NAME, print.width - TIME - 2 * GAP.length - MIN_TEXT);
  const longest = Math.max(0, ...entries.map((entry) => columnsOf(historyName(entry))));
  const width = Math.min(MAX_NAME, most ?? MAX_NAME, longest);
  for (const entry of entries) {
    // Names are whole where programs may read them.
    const name = most === null ? historyName(entry) : elided(historyName(entry), width);
    const cells = [print.colour.dim(localTime(entry.atMs)), padColumns(name, width), historyText(entry, print.colour)];
    print.lines([cells.join(GAP)], TIME + width + 2 * GAP.length);
  }
}

/** Asks again whenever something happens, until the context's signal. */
async function follow(
  client: UpstartClient,
  { job, after }: { job: string | null; after: number },
  isWanted: (entry: HistoryEntry) => boolean,
  call: Call,
): Promise<void> {
  const isJson = (call.options as { json?: boolean }).json === true;
  let upTo = after;
  let isAsking = false;
  let asksAgain = false;
  await new Promise<void>((resolve, reject) => {
    const ask = async (): Promise<void> => {
      isAsking = true;
      do {
        asksAgain = false;
        const page = await client.call('history', { job, sinceMs: 0, after: upTo, limit: MAX_HISTORY_ENTRIES });
        upTo = page.upTo;
        asksAgain ||= page.more;
        show(page.entries.filter(isWanted), isJson, call);
      } while (asksAgain);
      isAsking = false;
    };
    const notice = (): void => {
      asksAgain = true;
      if (!isAsking) ask().catch(reject);
    };
    call.context.signal?.addEventListener('abort', () => client.close());
    client.watch(notice, (reason) => (reason === null ? resolve() : reject(reason))).then(notice, reject);
  });
}

function linesOf(option: string | undefined, hasSince: boolean): number {
  if (option === undefined) return hasSince ? Number.POSITIVE_INFINITY : DEFAULT_LINES;
  if (!/^[0-9]+$/.test(option) || Number(option) === 0)
    throw new UsageError(`--lines takes a number from 1, not ${option}`);
  return Number(option);
}
