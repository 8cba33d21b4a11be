/** `upstart fleet logs`: the output of jobs on all hosts, in the order of time. */
import { UsageError } from '@upstart/common';
import {
  type FleetLogLine,
  type FleetLogsQuery,
  MAX_LOG_EXPRESSION,
  MAX_LOG_LINES,
  MAX_LOG_WORDS,
} from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { EXIT } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import { wantedLines } from '../logs/options.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, sayMissing } from './ask.ts';
import { Lines } from './follow-lines.ts';
import { followHosts } from './stream.ts';
import { sayUnknown } from './unknown.ts';

export const logs: FleetAction = {
  ...{ words: 'JOB..', least: 0, most: MAX_LOG_WORDS, options: ['follow', 'lines', 'since', 'grep'] },
  async run(given) {
    const { call, fleet } = given;
    const isFollowing = call.options.follow === true;
    const wanted = wantedOf(call);
    const words = await wordsOf(given);
    const lines = new Lines(call);
    /** When the last line of each host was output, from which it continues when it was lost. */
    const lastMs = new Map<string, number>();
    const hosts = given.hosts.filter(({ host }) => words.of.has(host));
    const status = await followHosts<FleetLogLine>(
      { call, fleet, hosts },
      {
        ...{ method: 'logs', isEndless: isFollowing },
        paramsOf(host, isAgain): FleetLogsQuery {
          const first = { words: words.of.get(host) ?? [], follow: isFollowing, ...wanted };
          const last = lastMs.get(host);
          // By the clock of that host, which need not be the one here: without a line of it, it is asked as at first.
          return isAgain && last !== undefined ? { ...first, lines: MAX_LOG_LINES, sinceMs: last + 1 } : first;
        },
        take(host, { log, time, text }) {
          const atMs = time === null ? (lastMs.get(host) ?? 0) : Date.parse(time);
          lastMs.set(host, Math.max(lastMs.get(host) ?? 0, atMs));
          const shown = call.options.json === true ? JSON.stringify({ host, log, time, text }) : text;
          lines.add({ label: printable(`${host}/${log}`), text: shown }, atMs, isFollowing);
        },
        dropped: () => {},
      },
    );
    lines.end();
    if (lastMs.size === 0 && status === EXIT.done && words.status === EXIT.done && !isFollowing)
      call.print.notice('Nothing has been logged yet.');
    return Math.max(status, words.status);
  },
};

/** As `upstart logs` understands its options; each log has `MAX_LOG_LINES` at most. */
function wantedOf({ options, context }: FleetCall['call']): Pick<FleetLogsQuery, 'lines' | 'sinceMs' | 'grep'> {
  const { lines, since, grep } = options;
  if (lines !== undefined && (!/^[0-9]{1,9}$/.test(lines) || Number(lines) > MAX_LOG_LINES))
    throw new UsageError(`--lines takes a number up to ${MAX_LOG_LINES}, not ${lines || 'nothing'}`);
  if (grep !== undefined && (grep.length > MAX_LOG_EXPRESSION || grep.includes('\0')))
    throw new UsageError(`--grep takes at most ${MAX_LOG_EXPRESSION} characters here`);
  const { count, period } = wantedLines({ lines, since, grep }, (context.now?.() ?? new Date()).getTime());
  return {
    lines: Math.min(count, MAX_LOG_LINES),
    sinceMs: since === undefined ? null : period.sinceMs,
    grep: grep ?? null,
  };
}

/** The words that each host knows; all, where there are none. Hosts that know none of them have no part. */
async function wordsOf(given: FleetCall): Promise<{ of: Map<string, string[]>; status: number }> {
  const { call, hosts } = given;
  if (call.words.length === 0) return { of: new Map(hosts.map(({ host }) => [host, []])), status: EXIT.done };
  const asked = await askHosts(given, (client) => meantJobs(client, call.words));
  const of = new Map<string, string[]>();
  for (const { host, value } of asked.replies) {
    const strange = new Set(value.unknown.map(({ word }) => word));
    const known = call.words.filter((word) => !strange.has(word));
    if (value.jobs.length > 0) of.set(host, known);
  }
  const words = asked.replies.map(({ value }) => value.unknown);
  return { of, status: Math.max(sayUnknown(words, call), sayMissing(asked, call)) };
}
