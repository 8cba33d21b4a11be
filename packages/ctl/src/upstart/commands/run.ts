/** `upstart run`: one job of a project, or a command in its environment, until it ends. */
import { spawn } from 'node:child_process';
import { signalNumber, systemErrorText, UsageError } from '@upstart/common';
import type { JobStatus } from '@upstart/protocol';
import { type Call, EXIT, frontCommand } from '../command.ts';
import { SHOWN_LINES } from '../project/attach-to.ts';
import {
  interruptsOf,
  openSession,
  type Plan,
  planOf,
  type Running,
  rulesOf,
  runInForeground,
} from '../project/bring-up.ts';
import { endOf } from '../project/ends.ts';
import { Interrupts } from '../project/interrupts.ts';
import type { Project } from '../project/project.ts';
import { inSteps } from '../project/selection.ts';
import { stateAround } from '../project/session.ts';
import { stopInOrder } from '../project/stopping.ts';
import { View } from '../project/view.ts';
import { type Rules, startedText, Watching } from '../project/watching.ts';
import { PROJECT_OPTIONS, projectFor } from './up.ts';

/** Exit statuses as shells have them: a command that cannot be run, and the end by a signal before its number. */
const NOT_FOUND = 127;
const SIGNALLED = 128;

export const run = frontCommand({
  name: 'run',
  words: '[JOB]',
  wordKind: 'job',
  takesRest: true,
  summary:
    'Run one job of this folder and what it waits for, or a command with the variables of .env, and exit with its status.',
  options: PROJECT_OPTIONS,
  examples: [
    ['run migrate', 'starts what migrate waits for, runs it, and stops what it has started'],
    ['run -- npm test', 'runs a command with the variables of the project'],
  ],
  isLocal: () => true,
  async run(call) {
    const { words, rest } = call;
    if (words.length > 0 === (rest !== null && rest.length > 0))
      throw new UsageError('give a job, or a command after --');
    return rest === null ? runJob(call) : runCommand(rest, call);
  },
});

async function runJob(call: Call<Parameters<typeof projectFor>[1]['options']>): Promise<number> {
  const [job = ''] = call.words;
  const project = await projectFor(folderOf(call), call);
  if (!project.jobs.some(({ name }) => name === job)) throw new UsageError(`no job ${job} in ${project.source}`);
  const plan = planOf(project, [job], call);
  const view = new View(call, plan.wanted);
  const interrupts = interruptsOf(view, call);
  const running = await openSession(plan, call);
  const rules = rulesOf(project, [job], false);
  try {
    if (!running.isOld) return (await runInForeground(plan, running, view, rules, interrupts)).status;
    interrupts.close();
    return await runBesideOthers(job, plan, running, rules, call);
  } finally {
    interrupts.close();
    running.client.close();
  }
}

/** In a session that is there already: only what this command has started is stopped again. */
async function runBesideOthers(job: string, plan: Plan, running: Running, rules: Rules, call: Call): Promise<number> {
  const { project, wanted, dependencies } = plan;
  const { client } = running;
  const view = new View(call, [job]);
  // One that comes with the first lines counts, too.
  const interrupts = new Interrupts(call.context, 2, () => view.say('killing'));
  const before = await client.call('list', {});
  const isUp = (name: string): boolean => before.some((status) => status.job === name && status.instances.length > 0);
  noteRunning(job, before, view, project);
  await view.follow(client, isUp(job) ? SHOWN_LINES : 0);
  const watching = new Watching(client, view, project.translation.ports, rules);
  const { by, status } = await watching.run(interrupts.first, running.start);
  const own = wanted.filter((name) => !isUp(name));
  if (by !== 'session') await stopInOrder(client, inSteps(own, dependencies).reverse(), interrupts.kill);
  interrupts.close();
  await watching.shown();
  view.close();
  if (by !== 'interrupt') return status;
  if (!isUp(job)) return (await endOf(client, job)).status;
  view.say(`${job} ran before, and stays; \`upstart stop ${job}\` stops it`);
  return EXIT.done;
}

/** Notes the instances of the job that run already, whose start nothing will tell. */
function noteRunning(job: string, statuses: readonly JobStatus[], view: View, { translation }: Project): void {
  const { instances = [] } = statuses.find((status) => status.job === job) ?? {};
  for (const instance of instances.filter(({ state }) => state === 'running')) {
    const text = startedText(instance, translation.ports[job]);
    view.note(job, text.replace(/^started/, 'runs already'));
  }
}

/** In the caller's folder, on the caller's terminal. */
async function runCommand(
  rest: readonly string[],
  call: Call<Parameters<typeof projectFor>[1]['options']>,
): Promise<number> {
  const { context } = call;
  const project = await projectFor(folderOf(call), call);
  const address = stateAround(project.folder, context.env)?.liveSession()?.address;
  const env = { ...project.env, ...context.env, ...(address === undefined ? {} : { UPSTART_SESSION: address }) };
  const [program = '', ...words] = rest;
  // The command gets Ctrl-C as well, and decides.
  const stop = context.onInterrupt?.(() => {});
  return new Promise((resolve) => {
    const child = spawn(program, words, { env, stdio: 'inherit' });
    const end = (status: number): void => {
      stop?.();
      resolve(status);
    };
    child.once('error', (error) => {
      call.print.failure(`cannot run ${program}: ${systemErrorText(error)}`);
      end(NOT_FOUND);
    });
    child.once('exit', (code, signal) => end(code ?? SIGNALLED + (signalNumber(signal ?? '') ?? 0)));
  });
}

/** The folder whose session is around the caller, else the caller's own. */
function folderOf({ context }: Call): string {
  return stateAround('.', context.env)?.project ?? '.';
}
