/** `upstart logs`: the output of one job, or of several merged by time. */
import { EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { noLogText, scriptsAmong } from '../init-scripts/show.ts';
import { meantLogs } from '../logs/log-files.ts';
import { wantedLines } from '../logs/options.ts';
import { Reading } from '../logs/reading.ts';

const ALL = ['*'];

export const logs = frontCommand({
  name: 'logs',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'Show what jobs have output, in the order of time, from rotated and compressed files too; without JOB, of all. Marks show where a run begins.',
  options: {
    follow: { type: 'boolean', alias: 'f', describe: 'show new output as it comes, until interrupted' },
    lines: {
      type: 'string',
      alias: 'n',
      requiresArg: true,
      describe: 'show this many of the last lines of each log; 10 without --since, --until, --grep and --run',
    },
    since: {
      type: 'string',
      requiresArg: true,
      describe: 'show what is not older than this: 10m, 2h, 1d, or a time such as 2026-11-29 01:16',
    },
    until: { type: 'string', requiresArg: true, describe: 'show what is older than this' },
    grep: { type: 'string', requiresArg: true, describe: 'show lines that match this regular expression' },
    run: {
      type: 'string',
      requiresArg: true,
      describe: 'show one run of each job: 0 is the last one, -1 the one before, 1 the first that init remembers',
    },
    timestamps: { type: 'boolean', alias: 't', describe: 'show when each line was output' },
    prefix: {
      type: 'boolean',
      describe: 'lines behind the names of their logs; --no-prefix: lines alone, without marks',
    },
    ...JSON_OPTION,
  },
  examples: [
    ['logs web -f', 'shows the last lines, and new ones as they come'],
    ["logs 'worker*' db", 'shows several jobs, each line behind the name of its log'],
    ['logs worker N=1 -n 100', 'shows the last hundred lines of one instance'],
    ['logs --since 10m --grep error', 'shows the lines of all jobs with an error in the last ten minutes'],
    ['logs web --run -1', 'shows all that the run before this one has output'],
  ],
  isLocal: () => true,
  async run(call) {
    const { context, options, print, words } = call;
    const now = context.now?.() ?? new Date();
    const wanted = wantedLines(options, now.getTime());
    const names = words.length === 0 ? ALL : words;
    const client = await call.connect();
    const { jobs, unknown, files } = await meantLogs(client, names);
    const scripts = await scriptsAmong(
      unknown.map(({ word }) => word),
      client,
      call,
    );
    for (const script of scripts.values()) print.failure(noLogText(script));
    const strange = unknown.filter(({ word }) => !scripts.has(word));
    for (const { text } of strange) print.failure(text);
    const isNamed = jobs.length === 1 ? jobs[0]?.by !== 'pattern' : jobs.length === 0 && files.length === 1;
    const reading = new Reading(call, client, wanted, isNamed && files.length <= 1);
    await reading.open(files, now);
    if (isNamed && options.follow !== true) reading.mustExist(files);
    await reading.show();
    if (options.follow === true && (jobs.length > 0 || unknown.length === 0)) await reading.follow(names);
    const noLogs = scripts.size > 0 ? EXIT.failed : EXIT.done;
    return Math.max(reading.status, noLogs, strange.length > 0 ? EXIT.unknown : EXIT.done);
  },
});
