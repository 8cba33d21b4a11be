/** `upstart status`: whether jobs run. */
import { type JobStatus, type UpstartClient, UpstartError } from '@upstart/protocol';
import { printStatus, wantsDetails } from '../../commands/status.ts';
import { type Call, EXIT, frontCommand, JSON_OPTION } from '../command.ts';
import { scriptsAmong, statusLine } from '../init-scripts/show.ts';
import { type MeantJob, meantJobs, type UnknownJob } from '../jobs.ts';

export const status = frontCommand({
  name: 'status',
  words: '<JOB..>',
  wordKind: 'job',
  summary: 'Tell whether jobs run: exits with 0 if all do, 3 if one does not, 4 if there is no such job.',
  options: JSON_OPTION,
  examples: [
    ['status web', 'prints `web start/running, process 4711`'],
    ['status worker N=1', 'asks for one instance'],
  ],
  async run(call) {
    const { connect, words, options, print } = call;
    const client = await connect();
    const { answers, unknown } = await statusesOf(client, words, call);
    const named = unknown.map(({ word }) => word);
    const scripts = [...(await scriptsAmong(named, client, call))];
    const strange = unknown.filter(({ word }) => !scripts.some(([name]) => name === word));
    for (const { text } of strange) print.failure(text);
    if (options.json === true)
      print.json([...answers, ...scripts.map(([, script]) => ({ kind: 'init-script', job: script.name, ...script }))]);
    else {
      for (const answer of answers) printStatus(answer, print);
      for (const [, script] of scripts) print.line(statusLine(script));
    }
    if (strange.length > 0) return EXIT.unknown;
    const allRun = answers.every(runs) && scripts.every(([, { state }]) => state === 'running');
    return allRun ? EXIT.done : EXIT.notRunning;
  },
});

/** The jobs that the words name, with details where they are shown. */
export async function statusesOf(
  client: UpstartClient,
  words: readonly string[],
  { options, print }: Pick<Call<{ readonly json?: boolean | undefined }>, 'options' | 'print'>,
): Promise<{ readonly answers: readonly JobStatus[]; readonly unknown: readonly UnknownJob[] }> {
  const { jobs, unknown } = await meantJobs(client, words);
  const details = wantsDetails(options.json === true, print);
  const all = details ? await client.call('list', { details }) : [];
  return { answers: await Promise.all(jobs.map((meant) => statusOf(meant, client, all))), unknown };
}

/** `detailed`: all jobs with their details, where the output needs them. */
async function statusOf(
  { job, env, instances }: MeantJob,
  client: UpstartClient,
  detailed: readonly JobStatus[],
): Promise<JobStatus> {
  const whole = detailed.find((status) => status.job === job);
  if (env.length === 0) {
    const names = new Set(instances.map(({ name }) => name));
    return whole
      ? { ...whole, instances: whole.instances.filter(({ name }) => names.has(name)) }
      : { job, instances: [...instances] };
  }
  try {
    return await client.call('status', { job, env: [...env], details: whole !== undefined });
  } catch (error) {
    if (error instanceof UpstartError && error.code === 'unknown-instance') return { ...whole, job, instances: [] };
    throw error;
  }
}

export function runs({ instances }: JobStatus): boolean {
  return instances.some(({ goal }) => goal !== 'stop');
}
