import type { Condition } from '@upstart/common';
import type {
  CallOptions,
  InstanceStatus,
  JobConfig,
  Method,
  Notification,
  Params,
  UpstartClient,
} from '@upstart/protocol';
import { type CommandContext, runCommand } from '../commands.ts';

export type Answers = { [M in Method]?: unknown };

export type Call = [Method, unknown];

/** A daemon that gives fixed answers (functions are called with the params) and remembers what it was asked. */
export class FakeClient implements UpstartClient {
  readonly calls: Call[] = [];
  /** The time-outs that calls were made with. */
  readonly limits: number[];
  closed = false;
  notify: ((notification: Notification) => void) | null = null;
  ended: ((reason: Error | null) => void) | undefined;
  readonly #answers: Answers;

  constructor(answers: Answers, limits: number[] = []) {
    this.#answers = answers;
    this.limits = limits;
  }

  async call<M extends Method>(method: M, params: Params<M>, options?: CallOptions): Promise<never> {
    this.calls.push([method, params]);
    if (options?.timeoutMs !== undefined) this.limits.push(options.timeoutMs);
    const answer = this.#answers[method];
    const value: unknown = typeof answer === 'function' ? answer(params) : answer;
    if (value instanceof Error) throw value;
    return (value ?? null) as never;
  }

  async watch(listener: (n: Notification) => void, ended?: (reason: Error | null) => void): Promise<void> {
    this.notify = listener;
    this.ended = ended;
  }

  close(): void {
    this.closed = true;
    this.ended?.(null);
  }
}

interface Ran {
  status: number;
  out: string;
  err: string;
  calls: Call[];
}

export interface World {
  answers?: Answers;
  env?: Record<string, string>;
  terminal?: Partial<CommandContext['terminal']>;
  local?: boolean;
  limits?: number[];
  /** Gets the scopes in which the command connects. */
  scopes?: string[];
  /** Gets each bus that was connected to, with the name there. */
  buses?: string[];
  isStranger?: boolean;
  hasNoBus?: boolean;
}

export async function run(line: string | string[], world: World = {}): Promise<Ran> {
  const client = new FakeClient(world.answers ?? {}, world.limits);
  let out = '';
  let err = '';
  const status = await runCommand(typeof line === 'string' ? line.split(' ') : line, {
    // Sessions of this machine have no part in it.
    env: { TMPDIR: '/nonexistent', ...world.env },
    terminal: { out: false, err: false, columns: 0, ...world.terminal },
    local: world.local ?? true,
    now: () => new Date(200_000),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isStranger: world.isStranger ?? false,
    connect: async (scope) => {
      world.scopes?.push(scope);
      return client;
    },
    connectByBus: async (bus, destination) => {
      if (world.hasNoBus) throw new Error('no bus');
      world.buses?.push(`${bus} ${destination}`);
      return client;
    },
  });
  return { status, out, err, calls: client.calls };
}

export function instance(
  processes: [string, number][] = [['main', 7]],
  more: Partial<InstanceStatus> = {},
): InstanceStatus {
  return {
    name: '',
    goal: 'start',
    state: 'running',
    processes: processes.map(([slot, pid]) => ({ slot, pid })) as InstanceStatus['processes'],
    ...more,
  };
}

export const running = { job: 'svc', instances: [instance()] };

export const stopped = { job: 'svc', instances: [] };

export function config(job: string, more: Partial<JobConfig> = {}): JobConfig {
  const none = {
    path: '',
    description: '',
    author: '',
    version: '',
    usage: null,
    emits: [],
    startOn: null,
    stopOn: null,
  };
  return { job, ...none, ...more };
}

export const event = (name: string, ...args: string[]): Condition => ({ op: 'event', name, args });

export const and = (left: Condition, right: Condition): Condition => ({ op: 'and', left, right });

export const or = (left: Condition, right: Condition): Condition => ({ op: 'or', left, right });

export const web = config('web', {
  emits: ['web-up', 'web-*'],
  startOn: or(and(event('net-up', 'IFACE=lo'), event('started', 'db')), event('rescue')),
  stopOn: or(event('runlevel', '[06]'), event('stopping', 'db')),
});

/** Runs a command that continues until it is interrupted. */
export function runOn(line: string, client: FakeClient): { out: () => string; end: () => Promise<number> } {
  let out = '';
  const abort = new AbortController();
  const status = runCommand(line.split(' '), {
    env: { TMPDIR: '/nonexistent' },
    terminal: { out: false, err: false, columns: 0 },
    local: true,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      out += text;
    },
    connect: async () => client,
    signal: abort.signal,
    now: () => new Date(0),
  });
  const end = (): Promise<number> => {
    abort.abort();
    return status;
  };
  return { out: () => out, end };
}
