/** `upstart up`: runs the services of a project, in a session of its own. */
import { statSync } from 'node:fs';
import { UsageError } from '@upstart/common';
import { type JobStatus, projectFile } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { attachTo } from '../project/attach-to.ts';
import {
  interruptsOf,
  openSession,
  type Plan,
  planOf,
  type Running,
  rulesOf,
  runInForeground,
  untilSettled,
  whyNotStarted,
} from '../project/bring-up.ts';
import { endOf } from '../project/ends.ts';
import { loadProject, type Project } from '../project/project.ts';
import { View } from '../project/view.ts';
import { startedText } from '../project/watching.ts';

const MAX_PORT = 65_535;

/** Options of all commands that read a project. */
export const PROJECT_OPTIONS = {
  profile: {
    type: 'string',
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: 'also start the services of this profile of a compose file (repeatable)',
  },
  port: {
    type: 'string',
    requiresArg: true,
    describe: 'PORT of the first process of a Procfile; by default that of .env, or 5000',
  },
  report: { type: 'boolean', describe: 'show what each line of the file has become' },
} as const;

export const up = frontCommand({
  name: 'up',
  words: '[DIR] [JOB..]',
  wordKind: 'folder',
  summary:
    'Run the services of a folder: those of upstart/*.conf, Procfile, process-compose.yaml or compose.yaml. Ctrl-C stops them in order, a second one kills them.',
  options: {
    detach: { type: 'boolean', alias: 'd', describe: 'return when they have started; `upstart down` stops them' },
    'exit-on-failure': { type: 'boolean', describe: 'stop all when a job fails, and exit with its status' },
    'exit-with': {
      type: 'string',
      requiresArg: true,
      wordKind: 'job',
      describe: 'stop all when this job ends, and exit with its status',
    },
    ...PROJECT_OPTIONS,
    ...JSON_OPTION,
  },
  examples: [
    ['up', 'runs the services of this folder, with their output'],
    ['up web', 'runs web and what it waits for; also a group, or a pattern'],
    ['up ../shop -d', 'runs those of another folder, in the background'],
    ['up --exit-with test', 'runs all until test ends: for CI'],
  ],
  isLocal: () => true,
  async run(call) {
    const { options } = call;
    if (options.json === true && options.detach !== true) throw new UsageError('--json needs --detach');
    const { folder, names } = folderIn(call.words);
    const project = await projectFor(folder, call);
    const plan = planOf(project, names, call);
    const exitWith = options['exit-with'];
    if (exitWith !== undefined && !plan.wanted.includes(exitWith))
      throw new UsageError(`--exit-with takes a job that is to run, not ${exitWith}`);
    if (options.detach === true) {
      const running = await openSession(plan, call);
      return await detach(plan, running, call).finally(() => running.client.close());
    }
    const view = new View(call, plan.wanted);
    const interrupts = interruptsOf(view, call);
    const running = await openSession(plan, call);
    try {
      if (running.isOld) {
        interrupts.close();
        await running.start();
        return await attachTo(running, view, project.translation.ports, call);
      }
      const rules = rulesOf(project, exitWith === undefined ? [] : [exitWith], options['exit-on-failure'] === true);
      return (await runInForeground(plan, running, view, rules, interrupts)).status;
    } finally {
      interrupts.close();
      running.client.close();
    }
  },
});

/** The folder and the jobs that the words mean: a first word with a slash, or any where no project is here, is a folder. */
function folderIn(words: readonly string[]): { folder: string; names: readonly string[] } {
  const [first, ...others] = words;
  const isPath = first !== undefined && (/\//.test(first) || first === '.' || first === '..');
  const isOnlyFolder =
    first !== undefined && projectFile('.') === null && statSync(first, { throwIfNoEntry: false })?.isDirectory();
  return isPath || isOnlyFolder ? { folder: first as string, names: others } : { folder: '.', names: words };
}

interface ProjectCall {
  readonly profile?: readonly string[] | undefined;
  readonly port?: string | undefined;
  readonly report?: boolean | undefined;
}

/** The project of a folder, after complaints about parts of its file that are no job. */
export async function projectFor(folder: string, call: Call<ProjectCall>): Promise<Project> {
  const { profile = [], port, report } = call.options;
  if (port !== undefined && !(/^[0-9]+$/.test(port) && Number(port) <= MAX_PORT))
    throw new UsageError(`--port takes a port, not ${port}`);
  const { env } = call.context;
  const project = await loadProject(folder, {
    env,
    profiles: profile,
    port: port === undefined ? undefined : Number(port),
  });
  for (const { kind, place, text } of project.translation.report)
    if (report === true || kind === 'refused') call.context.err(`${printable(`${place}: ${kind}: ${text}`)}\n`);
  return project;
}

/** Starts everything, and shows how each job is. */
async function detach(plan: Plan, running: Running, call: Call<{ json?: boolean | undefined }>): Promise<number> {
  const { project, wanted } = plan;
  const { client, session } = running;
  await running.start();
  const statuses = (await untilSettled(client, project)).filter(({ job }) => wanted.includes(job));
  const rows = await Promise.all(statuses.map((status) => rowOf(status, running, plan)));
  const { print } = call;
  if (call.options.json === true) {
    const { pid, address } = session;
    print.json({ project: project.folder, pid, address, jobs: rows.map(({ text: _text, ...row }) => row) });
  } else {
    const width = Math.max(...rows.map(({ job }) => columnsOf(printable(job))));
    for (const { job, text, hasFailed } of rows)
      print.line(`${padColumns(printable(job), width)}  ${(hasFailed ? print.colour.bad : String)(printable(text))}`);
    print.notice('`upstart attach` shows their output, `upstart down` stops them');
  }
  return rows.some(({ hasFailed }) => hasFailed) ? EXIT.failed : EXIT.done;
}

interface Row {
  readonly job: string;
  readonly state: 'running' | 'done' | 'failed' | 'waiting';
  readonly pid: number | null;
  readonly ports: readonly number[];
  readonly hasFailed: boolean;
  readonly text: string;
}

async function rowOf(status: JobStatus, { client }: Running, { project }: Plan): Promise<Row> {
  const { job, instances, last } = status;
  const ports = project.translation.ports[job] ?? [];
  const [instance] = instances;
  if (instance !== undefined) {
    const pid = instance.processes.find(({ slot }) => slot === 'main')?.pid ?? null;
    return { job, state: 'running', pid, ports, hasFailed: false, text: startedText(instance, ports) };
  }
  const none = { job, pid: null, ports };
  if (last == null) return { ...none, state: 'waiting', hasFailed: false, text: whyNotStarted(status) };
  const { hasFailed, text } = await endOf(client, job);
  return { ...none, state: hasFailed ? 'failed' : 'done', hasFailed, text: text ?? 'done' };
}
