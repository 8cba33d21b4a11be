/** Jobs: what they do, why, and changing that. */
import { explanationLines, jobRows, statusOrNone, untilSettled } from '@upstart/ctl/parts';
import { type Target, UpstartError, upstartError } from '@upstart/protocol';
import { Answer } from '../http/answer.ts';
import { fields, flag, integer, list, optional, text } from '../http/schema.ts';
import { ANY, LIST, listOf, ref } from './components.ts';
import { type Route, route } from './route.ts';
import { PLAIN } from './words.ts';

const MAX_VARIABLES = 256;
const MAX_TIMEOUT_S = 86_400;
const MAX = Number.MAX_SAFE_INTEGER;

const TARGET = {
  instance: optional(text('the exact name of the instance; instead of env')),
  env: optional(list(text('KEY=VALUE'), MAX_VARIABLES)),
};
const WAITING = {
  ...TARGET,
  wait: optional(flag('whether to wait until it is done; true by default')),
  timeoutS: optional(integer('seconds to wait; the change itself is not cancelled', 1, MAX_TIMEOUT_S)),
};
const FORCE = { ...WAITING, force: optional(flag('end hooks that hang')) };

/** The changes that wait, and the bodies of their requests. */
const CHANGES = {
  start: { summary: 'Start a job, or an instance of it.', body: fields(WAITING) },
  restart: { summary: 'Stop a job that runs, and start it again.', body: fields(WAITING) },
  stop: { summary: 'Stop a job.', body: fields(FORCE) },
};

const changes = (Object.keys(CHANGES) as (keyof typeof CHANGES)[]).map((change) =>
  route({
    method: 'post',
    path: `/jobs/{job}/${change}` as '/jobs/{job}/start',
    summary: CHANGES[change].summary,
    body: CHANGES[change].body as (typeof CHANGES)['stop']['body'],
    answer: ref('JobStatus'),
    isChange: true,
    async run({ path: { job }, body, gateway }) {
      const client = await gateway.client();
      const target = targetOf(job, body);
      const limits = body.timeoutS === undefined ? {} : { timeoutMs: body.timeoutS * 1000 };
      const wait = body.wait !== false;
      const force = body.force === true ? { force: true } : {};
      try {
        await client.call(change, { ...target, wait, ...force }, limits);
      } catch (error) {
        // The change is in progress already: by another request, an event, or a respawn.
        const isBegun = error instanceof UpstartError && error.code === BEGUN[change];
        if (!isBegun || !wait) throw error;
        await untilSettled(client, target, change === 'stop' ? 'stop' : 'start', limits);
      }
      return statusOrNone(client, target);
    },
  }),
);

/** The error of a change that is in progress or done already. */
const BEGUN: Readonly<Record<string, string>> = { start: 'already-started', stop: 'already-stopped' };

function targetOf(
  job: string,
  { instance, env }: { instance?: string | undefined; env?: string[] | undefined },
): Target {
  if (instance === undefined) return { job, env: env ?? [] };
  if (env !== undefined) throw upstartError('bad-request', 'give either instance or env, not both');
  return { job, instance };
}

export const JOBS: readonly Route[] = [
  route({
    method: 'get',
    path: '/jobs',
    summary: 'All jobs and instances, the worst health first, as `upstart ps --json` has them.',
    answer: listOf('Row'),
    run: async ({ gateway }) => jobRows(await gateway.client()),
  }),
  route({
    method: 'get',
    path: '/jobs/{job}',
    summary: 'One job: a row for each of its instances.',
    answer: listOf('Row'),
    async run({ path: { job }, gateway }) {
      const rows = await jobRows(await gateway.client(), job);
      if (rows.length === 0) throw upstartError('unknown-job', job);
      return rows;
    },
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/status',
    summary: 'The instances of a job with all their processes.',
    answer: ref('JobStatus'),
    async run({ path: { job }, gateway }) {
      const [status] = await (await gateway.client()).call('list', { details: true, job });
      if (status === undefined) throw upstartError('unknown-job', job);
      return status;
    },
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/explain',
    summary: 'Why a job is in its state, as `upstart explain --json` has it.',
    answer: ref('Explanation'),
    run: async ({ path: { job }, gateway }) => (await gateway.client()).call('explain', { job }),
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/explain.txt',
    summary: 'The same in words, as `upstart explain` prints them.',
    answer: 'text/plain',
    async run({ path: { job }, gateway }) {
      const explanation = await (await gateway.client()).call('explain', { job });
      const text = explanationLines(explanation, PLAIN, new Date()).join('\n');
      return new Answer(`${text}\n`, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
    },
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/usage',
    summary:
      'What the processes of a job have used, sampled every two seconds while somebody asks: memory, and the share of one processor.',
    query: { afterMs: optional(integer('only samples after this time, in milliseconds since the epoch', 0, MAX)) },
    answer: LIST,
    async run({ path: { job }, query: { afterMs = 0 }, gateway }) {
      const client = await gateway.client();
      const known = await client.call('list', { job });
      if (known.length === 0) throw upstartError('unknown-job', job);
      return gateway.usage.of(job, afterMs);
    },
  }),
  ...changes,
  route({
    method: 'post',
    path: '/jobs/{job}/reload',
    summary: 'Send a job its reload signal.',
    body: fields(TARGET),
    answer: ANY,
    isChange: true,
    async run({ path: { job }, body, gateway }) {
      await (await gateway.client()).call('reload', targetOf(job, body));
      return {};
    },
  }),
];
