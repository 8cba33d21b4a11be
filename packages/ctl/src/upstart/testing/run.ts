/** For tests: runs a command line of `upstart` with a daemon that gives fixed answers. */
import type { BrokenFile } from '@upstart/common';
import {
  type CallOptions,
  type Explanation,
  type InstanceStatus,
  type JobStatus,
  type Method,
  type Params,
  type UpstartClient,
  upstartError,
} from '@upstart/protocol';
import { runFrontDoor } from '../front-door.ts';

export type Answers = { [M in Method]?: (params: never) => unknown };

type Call = [Method, unknown];

function fakeClient(answers: Answers, calls: Call[]): UpstartClient {
  let watching: NodeJS.Timeout | undefined;
  return {
    async call<M extends Method>(method: M, params: Params<M>, _options?: CallOptions): Promise<never> {
      calls.push([method, params]);
      return ((answers[method] as ((params: unknown) => unknown) | undefined)?.(params) ?? null) as never;
    },
    // Something happens until the reader has gone.
    async watch(listener) {
      watching = setInterval(() => listener({ event: 'restarted' }));
    },
    close: () => clearInterval(watching),
  };
}

export const fail = (error: Error) => (): never => {
  throw error;
};

export function instance(more: Partial<InstanceStatus> = {}): InstanceStatus {
  return { name: '', goal: 'start', state: 'running', processes: [{ slot: 'main', pid: 7 }], ...more };
}

const DETAILS = { since: 140_000, respawns: 0, lastExit: null, memoryBytes: 12_900_000, cpuMs: 1234 } as const;

export const WELL = { health: 'well', why: null, ...DETAILS } as const;

export const ENDED = { instance: '', at: 80_000, respawns: 3, exit: { exitStatus: 3, exitSignal: null, at: 80_000 } };

export const JOBS: JobStatus[] = [
  { job: 'web', instances: [instance(WELL)], health: 'well', why: null, last: null },
  { job: 'db', instances: [], health: 'failed', why: 'it died', last: ENDED },
  {
    job: 'worker',
    instances: [
      instance({ name: '1', ...WELL }),
      instance({
        name: '2',
        state: 'pre-start',
        ...WELL,
        health: 'pending',
        why: 'waits',
        cpuMs: null,
        memoryBytes: null,
      }),
    ],
    health: 'pending',
    why: null,
    last: null,
  },
  { job: 'worker-log', instances: [], health: 'well', why: null, last: null },
];

export const UNKNOWN_STANZA = '/etc/init/mail.conf:3: Unknown stanza';

export const BROKEN: BrokenFile[] = [{ path: '/etc/init/mail.conf', job: 'mail', line: 3, message: 'Unknown stanza' }];

export async function run(line: string, answers: Answers = {}, local = true, root = '/nonexistent') {
  const calls: Call[] = [];
  const scopes: string[] = [];
  let out = '';
  let err = '';
  const usual: Answers = {
    list: () => JOBS,
    brokenFiles: () => BROKEN,
    timers: () => [],
    leases: () => [],
    status: ({ job, instance: name = '' }: { job: string; instance?: string }) => ({
      job,
      instances: [instance({ name })],
    }),
    start: () => ({ instance: '' }),
    stop: ({ instance: name = '' }: { instance?: string }) => ({ instance: name }),
    restart: ({ instance: name = '' }: { instance?: string }) => ({ instance: name }),
    logPath: ({ job }: { job: string }) => `/nonexistent/${job}.log`,
  };
  const words = line === '' ? [] : line.split(' ');
  const status = await runFrontDoor(words, {
    // Sessions of this machine have no part in it.
    env: { TMPDIR: '/nonexistent' },
    terminal: { out: false, err: false, columns: 0 },
    local,
    root,
    now: () => new Date(200_000),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    connect: async (scope) => {
      scopes.push(scope);
      return fakeClient({ ...usual, ...answers }, calls);
    },
  });
  const changes = calls.filter(([method]) => ['start', 'stop', 'restart', 'reload', 'kill'].includes(method));
  return {
    status,
    out,
    err,
    scopes,
    calls,
    changes: changes.map(([method, params]) => ({ method, ...(params as object) })),
  };
}

function explanation(job: string, more: Partial<Explanation> = {}): Explanation {
  const none = {
    defined: true,
    why: 'never started',
    notes: [],
    startOn: null,
    stopOn: null,
    instances: [],
    last: null,
  };
  return { job, ...none, broken: [], ...more };
}

function explained(more: Partial<Explanation['instances'][number]>): Explanation['instances'][number] {
  const rest = { why: 'started by request', blockedBy: [], holds: [], respawns: 0, stopOperands: [], hints: [] };
  return { name: '', goal: 'start', state: 'running', failure: null, ...rest, ...more };
}

const FAILURE = {
  slot: 'main',
  exitStatus: 3,
  exitSignal: null,
  spawnError: null,
  state: 'running',
  at: 0,
  text: 'it died',
} as const;

const EXPLANATIONS: Record<string, Explanation> = {
  web: explanation('web', { instances: [explained({})], why: null }),
  db: explanation('db', {
    why: 'its last run failed: it died',
    last: { instance: '', at: 0, text: 'it died', failure: FAILURE, respawns: 0 },
  }),
  worker: explanation('worker', {
    instances: [explained({ name: '1' }), explained({ name: '2', state: 'pre-start', why: 'waits' })],
    why: null,
  }),
  'worker-log': explanation('worker-log'),
  mail: explanation('mail', { defined: false, why: 'its file has an error', broken: BROKEN }),
};

export const explain = ({ job }: { job: string }) => EXPLANATIONS[job] ?? fail(upstartError('unknown-job', job))();
