/** `upstart graph`: jobs and events as a picture, for Graphviz, or as data. */
import { UsageError } from '@upstart/common';
import { type HistoryEntry, type JobConfig, type JobsRead, UpstartError } from '@upstart/protocol';
import { readHistory } from '../../history.ts';
import { GRAPH_FORMATS, type GraphFormat } from '../../pictures/order.ts';
import { type Call, frontCommand, JSON_OPTION } from '../command.ts';
import { jobFolders } from '../job-folders.ts';
import { draw, OUTPUT_OPTION, requirePlace } from '../picture-output.ts';
import { askTool } from '../tool-program.ts';

export const graph = frontCommand({
  name: 'graph',
  words: '[JOB..]',
  wordKind: 'job',
  summary:
    'Draw jobs and events: which event or job starts and stops which, and who emits what. With JOB: only these jobs and what is next to them.',
  options: {
    svg: { type: 'boolean', describe: 'a picture (the default)' },
    dot: { type: 'boolean', describe: 'text for Graphviz' },
    confdir: {
      ...{ type: 'string', array: true, nargs: 1 },
      describe: 'use the job files of this folder, whether there is an init or not',
    },
    ...OUTPUT_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['graph > jobs.svg', 'a picture of everything'],
    ["graph web 'db*' -o web.svg", 'what web and the jobs that begin with db depend on, and what depends on them'],
    ['graph --dot | dot -Tpdf > jobs.pdf', 'drawn by Graphviz'],
    ['graph --confdir ./init -o jobs.svg', 'of job files, without an init'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options, words } = call;
    const format = formatOf(options);
    if (format === 'svg') requirePlace(call, 'graph');
    const configs = options.confdir === undefined ? await liveConfigs(call) : configsIn(options.confdir, call);
    return draw({ picture: 'graph', format, configs, jobs: words, history: await seen(call) }, call);
  },
});

/** The history, where the init keeps one and this user may read it. */
async function seen({ connect, options }: Call<{ readonly confdir?: unknown }>): Promise<HistoryEntry[]> {
  if (options.confdir !== undefined) return [];
  try {
    return (await readHistory(await connect(), { job: null, sinceMs: 0, after: 0 })).entries;
  } catch (error) {
    if (error instanceof UpstartError) return [];
    throw error;
  }
}

function formatOf(options: { readonly [format in GraphFormat]?: boolean | undefined }): GraphFormat {
  const [format = 'svg', ...more] = GRAPH_FORMATS.filter((each) => options[each] === true);
  if (more.length > 0) throw new UsageError(`give either --${format} or --${more[0]}, not both`);
  return format;
}

async function liveConfigs({ connect }: Call): Promise<JobConfig[]> {
  return (await connect()).call('config', { job: null });
}

function configsIn(folders: readonly string[], { print }: Call): JobConfig[] {
  const { configs, warnings } = askTool<JobsRead>('read-jobs.js', jobFolders(folders));
  for (const warning of warnings) print.failure(warning);
  return configs;
}
