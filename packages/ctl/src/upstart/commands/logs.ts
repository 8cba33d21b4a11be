/** `upstart logs`: the output of one job, or of several merged by time. */
import { systemErrorText, UsageError } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { meantJobs } from '../jobs.ts';
import { Follower } from '../logs/follow.ts';
import { type LogFile, logFilesOf } from '../logs/log-files.ts';
import { inTimeOrder, type LogLine, type ReadLog, readLog } from '../logs/merge.ts';

const ALL = ['*'];

export const logs = frontCommand({
  name: 'logs',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'Show what jobs have output, in the order of time; without JOB, of all. Lines without a time of their own stand with the one before.',
  options: {
    follow: { type: 'boolean', alias: 'f', describe: 'show new output as it comes, until interrupted' },
    lines: {
      type: 'string',
      alias: 'n',
      requiresArg: true,
      default: '10',
      describe: 'show this many of the last lines of each log',
    },
    ...JSON_OPTION,
  },
  examples: [
    ['logs web -f', 'shows the last lines, and new ones as they come'],
    ["logs 'worker*' db", 'shows several jobs, each line behind the name of its log'],
    ['logs worker N=1 -n 100', 'shows the last hundred lines of one instance'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options, print, words } = call;
    if (!/^[0-9]+$/.test(options.lines)) throw new UsageError(`--lines takes a number, not ${options.lines}`);
    const wanted = words.length === 0 ? ALL : words;
    const client = await call.connect();
    const { jobs, unknown } = await meantJobs(client, wanted);
    for (const { text } of unknown) print.failure(text);
    const files = await logFilesOf(client, jobs);
    const isNamed = jobs.length === 1 && jobs[0]?.by !== 'pattern';
    const { read, status } = readAll(files, Number(options.lines), isNamed && options.follow !== true, call);
    const show = shower(files, isNamed ? 'first' : 'each', options.json === true, call);
    for (const line of inTimeOrder(read)) show(line);
    if (options.follow === true && (jobs.length > 0 || unknown.length === 0))
      await follow(read, wanted, show, client, call);
    return Math.max(status, unknown.length > 0 ? EXIT.unknown : EXIT.done);
  },
});

type Show = (line: LogLine) => void;

/** The readable logs. `mustExist`: a single named job, so a missing log is an error. */
function readAll(
  files: readonly LogFile[],
  count: number,
  mustExist: boolean,
  { print, context }: Call,
): { read: ReadLog[]; status: number } {
  const now = context.now?.() ?? new Date();
  let status: number = EXIT.done;
  const read = files.flatMap((file) => {
    try {
      return [readLog(file, count, now)];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      print.failure(`Unable to read ${printable(file.path)}: ${systemErrorText(error)}`);
      status = EXIT.failed;
      return [];
    }
  });
  const [first] = files;
  if (mustExist && read.length === 0 && status === EXIT.done && first) {
    print.failure(`Nothing has been logged yet: ${printable(first.path)}`);
    status = EXIT.failed;
  }
  return { read, status };
}

/** The form of a line: after the name of its log where there may be several. */
function shower(files: readonly LogFile[], named: 'first' | 'each', json: boolean, { print }: Call): Show {
  if (json) {
    return ({ file: { label, path }, text, timeMs }) =>
      print.line(
        JSON.stringify({ log: label, path, time: timeMs === null ? null : new Date(timeMs).toISOString(), text }),
      );
  }
  if (named === 'first' && files.length <= 1) return ({ text }) => print.line(text);
  const width = Math.max(0, ...files.map(({ label }) => columnsOf(printable(label))));
  return ({ file, text }) => print.line(`${print.colour.strong(padColumns(printable(file.label), width))} | ${text}`);
}

/** Follows jobs and instances that start later, too. */
async function follow(
  read: readonly ReadLog[],
  wanted: readonly string[],
  show: Show,
  client: UpstartClient,
  { context: { signal } }: Call,
): Promise<void> {
  const follower = new Follower(read, (file, text) => show({ file, text, timeMs: null }));
  const lookForMore = async (): Promise<void> =>
    follower.add(await logFilesOf(client, (await meantJobs(client, wanted)).jobs));
  await lookForMore();
  await new Promise<void>((resolve, reject) => {
    signal?.addEventListener('abort', () => resolve());
    client
      .watch(
        ({ event }) => {
          if (event === 'job-added' || event === 'instance-added' || event === 'restarted')
            lookForMore().catch(() => {});
        },
        (reason) => reason && reject(reason),
      )
      .catch(reject);
  }).finally(() => follower.close());
}
