/** Schemas of answers, for the OpenAPI document. Each has a row for every field of its type: a field that is added to the type and not here is an error. */
import type { BrokenFile } from '@upstart/common';
import type { Row } from '@upstart/ctl/parts';
import {
  type Explanation,
  HEALTHS,
  type HistoryAnswer,
  type JobConfig,
  type JobStatus,
  type SimulationResult,
  STATES,
  type Troubles,
} from '@upstart/protocol';
import type { JsonSchema } from '../http/schema.ts';

const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const TIME = { type: 'number', description: 'milliseconds since the epoch' };
const ANY = { type: 'object' };
const TEXTS = { type: 'array', items: TEXT };
const LIST = { type: 'array', items: ANY };
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

type Rows<T> = { readonly [F in keyof Required<T>]: JsonSchema };
function objectOf<T>(properties: Rows<T>, optional: readonly (keyof T)[] = []): JsonSchema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name as keyof T)),
  };
}

const STATUS = objectOf<JobStatus>(
  {
    job: TEXT,
    instances: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: TEXT, goal: TEXT, state: { enum: STATES }, processes: LIST },
        required: ['name', 'goal', 'state', 'processes'],
      },
    },
    health: { enum: HEALTHS },
    why: orNull(TEXT),
    last: orNull(ANY),
  },
  ['health', 'why', 'last'],
);

/** Components by their names; docs/json.md has the meaning of fields. */
export const COMPONENTS = {
  Row: objectOf<Row>(
    {
      ...{ kind: { enum: ['job'] }, job: TEXT, instance: TEXT, health: { enum: HEALTHS } },
      ...{ state: orNull(TEXT), pid: orNull(NUMBER) },
      ...{ why: orNull(TEXT), says: TEXT, since: orNull(TIME), respawns: NUMBER, series: orNull(ANY), checks: LIST },
      ...{ lastExit: orNull(ANY), memoryBytes: orNull(NUMBER), cpuMs: orNull(NUMBER), restartAt: TIME, nextTurn: TIME },
    },
    ['says', 'restartAt', 'nextTurn'],
  ),
  JobStatus: STATUS,
  JobConfig: objectOf<JobConfig>(
    {
      ...{
        job: TEXT,
        path: TEXT,
        description: TEXT,
        author: TEXT,
        version: TEXT,
        usage: orNull(TEXT),
        emits: TEXTS,
        emitsCluster: TEXTS,
      },
      ...{ startOn: orNull({}), stopOn: orNull({}), restartOn: orNull({}), reloadOn: orNull({}) },
      ...{ ready: TEXTS, check: TEXTS, cluster: orNull(ANY), logTo: TEXTS, logLabels: TEXTS },
    },
    ['restartOn', 'reloadOn', 'ready', 'check', 'cluster', 'logTo', 'logLabels'],
  ),
  Explanation: objectOf<Explanation>(
    {
      ...{ job: TEXT, defined: { type: 'boolean' }, why: orNull(TEXT), notes: TEXTS, startOn: orNull(ANY) },
      ...{ stopOn: orNull(TEXT), restartOn: orNull(TEXT), reloadOn: orNull(TEXT), pending: orNull(TEXT) },
      ...{
        instances: LIST,
        last: orNull(ANY),
        broken: LIST,
        output: orNull(ANY),
        unsupervised: LIST,
        logs: LIST,
        leases: LIST,
      },
    },
    ['restartOn', 'reloadOn', 'pending', 'output', 'unsupervised', 'logs', 'leases'],
  ),
  Troubles: objectOf<Troubles>({ causes: LIST, dropped: NUMBER, notes: LIST }, ['notes']),
  HistoryAnswer: objectOf<HistoryAnswer>({ entries: LIST, upTo: NUMBER, more: { type: 'boolean' } }),
  SimulationResult: objectOf<SimulationResult>({
    ...{ changes: LIST, dropped: NUMBER, ending: { enum: ['quiet', 'endless'] }, errors: TEXTS, never: LIST },
    ...{ restless: LIST, stuck: LIST, assumed: TEXTS },
  }),
  BrokenFile: { type: 'object', properties: { job: TEXT, path: TEXT } } satisfies JsonSchema & {
    properties: Partial<Rows<BrokenFile>>;
  },
  Problem: {
    type: 'object',
    description: 'RFC 9457',
    properties: { type: TEXT, code: TEXT, status: NUMBER, title: TEXT },
    required: ['type', 'code', 'status', 'title'],
  },
} as const;

export const ref = (name: keyof typeof COMPONENTS): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const listOf = (name: keyof typeof COMPONENTS): JsonSchema => ({ type: 'array', items: ref(name) });
export { ANY, LIST, TEXT };
