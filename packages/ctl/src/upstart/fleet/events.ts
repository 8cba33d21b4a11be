/** `upstart fleet events`: what has happened on all hosts lately, or what happens there. */
import { counted, UsageError } from '@upstart/common';
import type { HistoryEntry, Notification } from '@upstart/protocol';
import { readHistory } from '../../history.ts';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { historyName, historyText, isMilestone } from '../../text/history.ts';
import { localTime } from '../../text/local-time.ts';
import { notificationText } from '../../text/notification.ts';
import { timeSince } from '../since.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, sayMissing } from './ask.ts';
import { Lines } from './follow-lines.ts';
import { followHosts } from './stream.ts';

/** How many of the last entries are shown without `--lines`, and since when without `--since`. */
const DEFAULT_LINES = 100;
const DEFAULT_SINCE = '1h';

export const events: FleetAction = {
  ...{ words: '', least: 0, most: 0, options: ['follow', 'lines', 'since'] },
  run: (given) => (given.call.options.follow === true ? follow(given) : showLast(given)),
};

async function follow(given: FleetCall): Promise<number> {
  const { call } = given;
  const { lines, since, json } = call.options;
  if (lines !== undefined || since !== undefined)
    throw new UsageError('--follow shows what happens from now on: without --lines and --since');
  const shown = new Lines(call);
  const add = (host: string, text: string): void => {
    const now = call.context.now?.() ?? new Date();
    const line = json === true ? text : `${call.print.colour.dim(now.toISOString())} ${text}`;
    shown.add({ label: host, text: line }, now.getTime(), true);
  };
  const status = await followHosts<Notification>(given, {
    ...{ method: 'watch', isEndless: true, paramsOf: () => ({}) },
    take(host, notification) {
      const time = (call.context.now?.() ?? new Date()).toISOString();
      add(host, json === true ? JSON.stringify({ host, time, ...notification }) : textOf(notification));
    },
    dropped: (host, count) => add(host, json === true ? JSON.stringify({ host, dropped: count }) : droppedText(count)),
  });
  shown.end();
  return status;
}

/** A host of another version may have notifications that this one does not know. */
function textOf(notification: Notification): string {
  try {
    return printable(notificationText(notification));
  } catch {
    return printable(JSON.stringify(notification));
  }
}

const droppedText = (count: number): string => `${counted(count, 'event')} missing here: this command was too slow`;

interface HostEntry {
  readonly host: string;
  readonly entry: HistoryEntry;
}

async function showLast(given: FleetCall): Promise<number> {
  const { call } = given;
  const { json, since = DEFAULT_SINCE, lines = String(DEFAULT_LINES) } = call.options;
  if (!/^[1-9][0-9]{0,5}$/.test(lines))
    throw new UsageError(`--lines takes a number from 1, not ${lines || 'nothing'}`);
  const sinceMs = timeSince(since, (call.context.now?.() ?? new Date()).getTime());
  const asked = await askHosts(given, (client) => readHistory(client, { job: null, sinceMs, after: 0 }));
  const all = asked.replies.flatMap(({ host, value }) => value.entries.map((entry): HostEntry => ({ host, entry })));
  const wanted = all.filter(({ entry }) => json === true || isMilestone(entry));
  const shown = wanted.sort((a, b) => a.entry.atMs - b.entry.atMs).slice(-Number(lines));
  if (json === true) {
    const entries = shown.map(({ host, entry }) => ({ host, ...entry }));
    call.print.json({ entries, missing: asked.missing });
  } else show(shown, call);
  return sayMissing(asked, call);
}

function show(entries: readonly HostEntry[], { print }: FleetCall['call']): void {
  const hosts = Math.max(0, ...entries.map(({ host }) => columnsOf(host)));
  const names = Math.max(0, ...entries.map(({ entry }) => columnsOf(historyName(entry))));
  for (const { host, entry } of entries)
    print.line(
      [
        print.colour.dim(localTime(entry.atMs)),
        print.colour.strong(padColumns(host, hosts)),
        padColumns(historyName(entry), names),
        historyText(entry, print.colour),
      ].join('  '),
    );
}
