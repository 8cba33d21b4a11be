/** Simulations and pictures, made by helper programs. */
import { type DrawAnswer, type DrawOrder, readHistory, simulationLines } from '@upstart/ctl/parts';
import {
  type HistoryEntry,
  type SimulatedAction,
  type SimulationAnswer,
  type UpstartClient,
  UpstartError,
} from '@upstart/protocol';
import { ask, type Gateway } from '../gateway.ts';
import { Answer } from '../http/answer.ts';
import { ProblemError } from '../http/problem.ts';
import { fields, flag, integer, list, mapOf, optional, orNull, type Schema, text, word } from '../http/schema.ts';
import { ANY, ref } from './components.ts';
import { type Route, route } from './route.ts';
import { PLAIN } from './words.ts';

const MAX_ACTIONS = 64;
const MAX_VARIABLES = 256;
const MAX_EXITS = 1000;
const MAX_JOBS = 64;
const MAX_STATUS = 255;
const SVG = 'image/svg+xml';

const ENV = list(text('KEY=VALUE'), MAX_VARIABLES);
const ACTION = fields({
  type: word('emit', 'start', 'stop', 'restart'),
  name: optional(text('of emit: the name of the event', 1)),
  job: optional(text('of the others: the job', 1)),
  env: optional(ENV),
});

function actionOf({ type, name, job, env = [] }: ReturnType<(typeof ACTION)['check']>): SimulatedAction {
  const subject = type === 'emit' ? name : job;
  if (subject === undefined)
    throw new ProblemError(400, 'bad-request', `${type} needs ${type === 'emit' ? 'name' : 'job'}`);
  return type === 'emit' ? { type, name: subject, env } : { type, job: subject, env };
}

/** The whole history, where this user may read it. */
async function entriesOf(client: UpstartClient, sinceMs: number): Promise<HistoryEntry[]> {
  try {
    return (await readHistory(client, { job: null, sinceMs, after: 0 })).entries;
  } catch (error) {
    if (error instanceof UpstartError) return [];
    throw error;
  }
}

async function drawn(gateway: Gateway, order: DrawOrder, type = SVG): Promise<Answer> {
  const answer = await ask<DrawAnswer>(gateway, 'draw.js', order);
  if ('error' in answer) throw new ProblemError(answer.unknown ? 404 : 422, 'not-drawable', answer.error);
  return new Answer(answer.text, { headers: { 'content-type': type } });
}

async function drawnGraph(gateway: Gateway, job: string | undefined, isScene: boolean): Promise<Answer> {
  const client = await gateway.client();
  const configs = await client.call('config', { job: null });
  const history = await entriesOf(client, 0);
  const order = { picture: 'graph', configs, jobs: jobsOf(job), history } as const;
  return isScene
    ? drawn(gateway, { ...order, format: 'scene' }, 'application/json')
    : drawn(gateway, { ...order, format: 'svg' });
}

/** `?job=web,db`: names and patterns. */
const JOB_LIST: Schema<string | undefined> = optional(
  text('only these jobs and what is next to them: names, patterns, with commas'),
);
const jobsOf = (job = ''): string[] =>
  job
    .split(',')
    .filter((name) => name !== '')
    .slice(0, MAX_JOBS);

export const OUTLOOK: readonly Route[] = [
  route({
    method: 'post',
    path: '/simulate',
    summary:
      'What would happen, in order and with causes, on a copy of the state; nothing is changed. `lines` has it in words.',
    body: fields({
      boot: optional(flag('whether to begin with a boot')),
      startupEvent: optional(orNull(text('the event that the boot begins with; null: none', 1))),
      actions: optional(list(ACTION, MAX_ACTIONS)),
      exits: optional(mapOf(integer('the exit status of the main process of a job', 0, MAX_STATUS), MAX_EXITS)),
    }),
    answer: ref('SimulationResult'),
    async run({ body: { boot = false, startupEvent, actions = [], exits = {} }, gateway }) {
      if (startupEvent !== undefined && !boot)
        throw new ProblemError(400, 'bad-request', 'body.startupEvent is for boot only');
      const answer = await ask<SimulationAnswer>(gateway, 'simulate.js', {
        ...{ stateDir: gateway.stateFolder, confdirs: [], boot, edits: [], exits },
        ...(startupEvent === undefined ? {} : { startupEvent }),
        actions: actions.map(actionOf),
      });
      if ('error' in answer) throw new ProblemError(422, 'bad-request', `cannot simulate: ${answer.error}`);
      return { ...answer.result, lines: simulationLines(answer.result, { all: false, colour: PLAIN }) };
    },
  }),
  route({
    method: 'get',
    path: '/graph.svg',
    summary: 'Jobs and events as a picture, as `upstart graph` draws them.',
    query: { job: JOB_LIST },
    answer: SVG,
    run: ({ query: { job }, gateway }) => drawnGraph(gateway, job, false),
  }),
  route({
    method: 'get',
    path: '/graph',
    summary: 'The same as places and texts, for programs that draw it by themselves.',
    query: { job: JOB_LIST },
    answer: ANY,
    run: ({ query: { job }, gateway }) => drawnGraph(gateway, job, true),
  }),
  route({
    method: 'get',
    path: '/plot.svg',
    summary: 'The boot, or what has happened since a time, as `upstart plot` draws it.',
    query: {
      job: JOB_LIST,
      sinceMs: optional(integer('in milliseconds since the epoch', 0, Number.MAX_SAFE_INTEGER)),
    },
    answer: SVG,
    async run({ query: { job, sinceMs }, gateway }) {
      const client = await gateway.client();
      const history = (await readHistory(client, { job: null, sinceMs: sinceMs ?? 0, after: 0 })).entries;
      const statuses = await client.call('list', { details: true });
      const isSince = sinceMs !== undefined;
      return drawn(gateway, { picture: 'plot', history, statuses, isSince, jobs: jobsOf(job) });
    },
  }),
];
