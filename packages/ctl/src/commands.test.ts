import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Condition, VERSION } from '@upstart/common';
import {
  AddressError,
  type CallOptions,
  ConnectionError,
  type Explanation,
  type InstanceStatus,
  type JobConfig,
  type Method,
  type Notification,
  type Params,
  RUN_LOCALLY,
  TimeoutError,
  type UpstartClient,
  upstartError,
} from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { COMMANDS, type CommandContext, runCommand } from './commands.ts';

type Answers = { [M in Method]?: unknown };
type Call = [Method, unknown];

/** A daemon that gives fixed answers (functions are called with the params) and remembers what it was asked. */
class FakeClient implements UpstartClient {
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
interface World {
  answers?: Answers;
  env?: Record<string, string>;
  terminal?: Partial<CommandContext['terminal']>;
  local?: boolean;
  limits?: number[];
  isStranger?: boolean;
  hasNoBus?: boolean;
}

let scopes: string[] = [];
/** Each bus that was connected to, with the name there. */
let buses: string[] = [];

async function run(line: string | string[], world: World = {}): Promise<Ran> {
  const client = new FakeClient(world.answers ?? {}, world.limits);
  let out = '';
  let err = '';
  const status = await runCommand(typeof line === 'string' ? line.split(' ') : line, {
    env: world.env ?? {},
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
      scopes.push(scope);
      return client;
    },
    connectByBus: async (bus, destination) => {
      if (world.hasNoBus) throw new Error('no bus');
      buses.push(`${bus} ${destination}`);
      return client;
    },
  });
  return { status, out, err, calls: client.calls };
}

beforeEach(() => {
  scopes = [];
});

function instance(processes: [string, number][] = [['main', 7]], more: Partial<InstanceStatus> = {}): InstanceStatus {
  return {
    name: '',
    goal: 'start',
    state: 'running',
    processes: processes.map(([slot, pid]) => ({ slot, pid })) as InstanceStatus['processes'],
    ...more,
  };
}
const running = { job: 'svc', instances: [instance()] };
const stopped = { job: 'svc', instances: [] };

describe('the command line', () => {
  const HINT = (program: string): string => `Try \`${program} --help' for more information.\n`;
  const mistakes: [string | string[], string][] = [
    [['initctl'], 'missing command'],
    ['initctl fly', 'invalid command: fly'],
    ['initctl -q', 'missing command'],
    ['initctl start --fly svc', 'invalid option: --fly'],
    ['start -Z svc', 'invalid option: -Z'],
    ['start -nZ svc', 'invalid option: -Z'],
    ['start --no-wait=3 svc', 'unexpected argument: --no-wait=3'],
    ['initctl --fly=1 list', 'invalid option: --fly=1'],
    ['start --no-wai svc', 'invalid option: --no-wai'],
    ['initctl stop --dest', 'missing argument: --dest'],
    ['initctl --dest', 'missing argument: --dest'],
    ['initctl check-config -i', 'missing argument: -i'],
    ['initctl check-config -wi', 'missing argument: -wi'],
    ['initctl check-config -qwi', 'missing argument: -qwi'],
    ['initctl check-config -wix events', 'invalid option: -x'],
    ['initctl log-priority --no-wait', 'invalid option: --no-wait'],
    ['initctl list --enumerate', 'invalid option: --enumerate'],
    ['initctl -n start svc', 'invalid option: -n'],
    ['initctl log svc -n x', 'illegal argument: x'],
    ['initctl log svc --lines=5x', 'illegal argument: 5x'],
    ['initctl log svc -n5x', 'illegal argument: 5x'],
    ['initctl start --fly --help', 'invalid option: --fly'],
    ['initctl --dest=com.example.Other status svc', '--dest given without --system'],
    ['start svc --dest com.example.Other', '--dest given without --system'],
    ['initctl emit', 'missing event name'],
    ['initctl get-env', 'missing variable name'],
    ['initctl unset-env', 'missing variable name'],
    ['initctl set-env', 'missing variable value'],
    ['initctl usage', 'missing job name'],
    ['initctl notify-dbus-address', 'missing D-Bus address'],
    ['initctl notify-cgroup-manager-address', 'missing address'],
    ...['start', 'stop', 'restart', 'reload', 'status'].map((c): [string[], string] => [[c], 'missing job name']),
  ];
  it.each(mistakes)('%s: %s', async (line, message) => {
    const program = (typeof line === 'string' ? line.split(' ') : line)[0] as string;
    const ran = await run(line);
    expect(ran).toMatchObject({ status: 1, out: '', err: `${program}: ${message}\n${HINT(program)}` });
    expect(ran.calls).toEqual([]);
  });

  const meanings: [string | string[], Call][] = [
    ['start svc --no-wait', ['start', { job: 'svc', env: [], wait: false }]],
    ['start -nq svc', ['start', { job: 'svc', env: [], wait: false }]],
    ['start -- svc', ['start', { job: 'svc', env: [], wait: true }]],
    ['start -- -q', ['start', { job: '-q', env: [], wait: true }]],
    ['stop -- svc -n', ['stop', { job: 'svc', env: ['-n'], wait: true }]],
    ['initctl -- stop svc -n', ['stop', { job: 'svc', env: [], wait: false }]],
    ['initctl -q stop svc', ['stop', { job: 'svc', env: [], wait: true }]],
    ['/sbin/start svc A=b - -n', ['start', { job: 'svc', env: ['A=b', '-'], wait: false }]],
    ['-start svc', ['start', { job: 'svc', env: [], wait: true }]],
    ['other start svc', ['start', { job: 'svc', env: [], wait: true }]],
    ['emit go --no-wait A=1 B=2', ['emit', { name: 'go', env: ['A=1', 'B=2'], wait: false }]],
    [
      ['start', ''],
      ['start', { job: '', env: [], wait: true }],
    ],
  ];
  it.each(meanings)('%s', async (line, call) => {
    const ran = await run(line, { answers: { start: { instance: '' }, stop: { instance: '' }, status: running } });
    expect(ran.calls[0]).toEqual(call);
  });

  it('tells which daemon is meant', async () => {
    for (const words of ['', ' --user', ' --json --system', ' --session --json']) await run(`status svc${words}`);
    expect(scopes).toEqual(['default', 'user', 'system', 'user']);
  });

  it.each<[line: string, bus: string]>([
    ['status svc --system', 'system com.ubuntu.Upstart'],
    ['status svc --session', 'session com.ubuntu.Upstart'],
    ['initctl --system --dest com.nope list', 'system com.nope'],
    ['start svc --dest= --session', 'session '],
    ['status svc --system --user', 'system com.ubuntu.Upstart'],
    ['initctl explain svc --system', 'none'],
  ])('goes over a bus where an option says so, and D-Bus has the command: %s', async (line, bus) => {
    buses = [];
    await run(line, { answers: { status: running, start: { instance: '' } } });
    expect(buses.join()).toBe(bus === 'none' ? '' : bus);
    expect(scopes).toHaveLength(bus === 'none' ? 1 : 0);
  });

  it.each<[line: string, env: Record<string, string>, goesOverBus: boolean]>([
    ['status svc', {}, true],
    ['status svc --dest=com.nope', {}, true],
    ['status svc --json', {}, false],
    ['status svc --user', {}, false],
    ['status svc', { UPSTART_SYSTEM_SOCKET_DIR: '/run/upstart' }, false],
    ['status svc', { UPSTART_SESSION: 'unix:path=/x' }, false],
    ['initctl explain svc', {}, false],
  ])('of an ordinary user reaches the system’s init by the system bus: %s', async (line, env, goesOverBus) => {
    buses = [];
    await run(line, { env, isStranger: true, answers: { status: running } });
    expect([buses.length, scopes.length]).toEqual(goesOverBus ? [1, 0] : [0, 1]);
    const inDaemon = await run('status svc', { env, isStranger: true, local: false, answers: { status: running } });
    const isBusDefault = Object.keys(env).length === 0;
    expect(inDaemon.status).toBe(isBusDefault ? RUN_LOCALLY : 0);
  });

  it('tells an ordinary user what works without a bus', async () => {
    const terminal = { err: true };
    const ran = await run('initctl list', { isStranger: true, hasNoBus: true, terminal, env: { NO_COLOR: '1' } });
    expect(ran.err).toBe('initctl: no bus\nupstart ps, status and explain need no D-Bus\n');
  });

  it('in a daemon leaves to the caller what is not the daemon’s business, and does nothing', async () => {
    for (const line of [
      'initctl list-sessions',
      'log svc',
      'watch',
      'upstart-monitor',
      'status --user svc',
      'list --system',
    ]) {
      expect(await run(line, { local: false })).toEqual({ status: RUN_LOCALLY, out: '', err: '', calls: [] });
    }
    expect((await run('status svc', { local: false, answers: { status: running } })).status).toBe(0);
  });

  it('suggests what may have been meant, to people only', async () => {
    expect((await run('initctl strat svc', { terminal: { err: true }, env: { NO_COLOR: '1' } })).err).toBe(
      `initctl: invalid command: strat\n${HINT('initctl')}Did you mean start?\n`,
    );
    expect((await run('initctl strat svc')).err).not.toContain('mean');
  });
});

describe('help and version', () => {
  it('has the layout of the original', async () => {
    const { out, status } = await run('initctl start --help --fly', { env: { COLUMNS: '80' } });
    expect(status).toBe(0);
    expect(out.split('\n').slice(0, 11)).toEqual([
      'Usage: initctl start [OPTION]... JOB [KEY=VALUE]...',
      'Start job.',
      '',
      'Options:',
      '  -n, --no-wait               do not wait for job to start before exiting',
      '      --session               use existing D-Bus session bus to connect to init',
      '                                daemon (for testing)',
      '      --system                use D-Bus system bus to connect to init daemon',
      '      --dest=NAME             destination well-known name on D-Bus bus',
      '      --user                  run in user mode (as used for user sessions)',
      '  -q, --quiet                 reduce output to errors only',
    ]);
    expect((await run('start --help')).out).toMatch(/^Usage: start \[OPTION\]\.\.\. JOB \[KEY=VALUE\]\.\.\.\n/);
    expect((await run('initctl --help')).out).toMatch(
      /^Usage: initctl \[OPTION\]\.\.\. COMMAND \[OPTION\]\.\.\. \[ARG\]\.\.\.\n/,
    );
  });

  it('never gets narrower than 50 columns', async () => {
    const { out } = await run('initctl help', { env: { COLUMNS: '20' } });
    expect(out).toContain(
      '  set-env                     Set one or more job\n                                environment',
    );
    expect(out).toContain('  notify-cgroup-manager-address\n                              Inform Upstart of');
    expect(out).toBe((await run('initctl help', { env: { COLUMNS: '50' } })).out);
  });

  it('lists the commands that scripts know, and the others when people look', async () => {
    const known = COMMANDS.filter(({ group }) => group !== 'Further').map(({ name }) => name);
    const names = (text: string): string[] => [...text.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1] as string);
    expect(known.length).toBe(23);
    expect(names((await run('initctl help')).out)).toEqual(known);
    expect(names((await run('initctl help --all')).out)).toEqual([...known, 'explain', 'watch', 'log']);
    expect((await run('initctl help', { terminal: { out: true } })).out).toContain('\nFurther commands:\n');
    expect((await run('initctl help')).out.match(/^.*: *$/gm)).toEqual([
      'Job commands:',
      'Event commands:',
      'Environment commands:',
      'Other commands:',
    ]);
  });

  it('names the program by which it was called', async () => {
    for (const line of ['initctl --version', 'start --version', 'initctl start --version']) {
      expect((await run(line)).out).toContain(`${line.split(' ')[0]} (upstart ${VERSION})\n`);
    }
  });
});

describe('start, stop and restart', () => {
  it('print the status of the instance that was meant', async () => {
    const answers = {
      start: { instance: 'a' },
      status: { job: 'svc', instances: [instance([['main', 9]], { name: 'a' })] },
    };
    const ran = await run('start svc N=a', { answers });
    expect(ran).toMatchObject({ status: 0, out: 'svc (a) start/running, process 9\n', err: '' });
    expect(ran.calls).toEqual([
      ['start', { job: 'svc', env: ['N=a'], wait: true }],
      ['status', { job: 'svc', instance: 'a' }],
    ]);
  });

  it('print that the job is stopped when the instance, or the job, has gone', async () => {
    for (const status of [upstartError('unknown-instance', 'x'), upstartError('unknown-job', 'svc')]) {
      const ran = await run('stop svc N=x', { answers: { stop: { instance: 'x' }, status } });
      expect(ran).toMatchObject({ status: 0, out: 'svc stop/waiting\n', err: '' });
    }
  });

  it('print what the daemon says of a failure, and nothing else', async () => {
    const failures: [string, Error, string][] = [
      ['start svc', upstartError('already-started', 'svc'), 'start: Job is already running: svc\n'],
      ['stop svc', upstartError('unknown-instance', ''), 'stop: Unknown instance: \n'],
      [
        'start svc',
        upstartError('expansion-failed', 'Unknown parameter: N\nUsage: N=x'),
        'start: Unknown parameter: N\nUsage: N=x\n',
      ],
      ['initctl -q restart svc', upstartError('job-failed-to-restart'), 'initctl: Job failed to restart\n'],
      ['start svc', new ConnectionError('Unable to connect to Upstart: x'), 'start: Unable to connect to Upstart: x\n'],
    ];
    for (const [line, error, err] of failures) {
      const ran = await run(line, { answers: { start: error, stop: error, restart: error } });
      expect(ran).toMatchObject({ status: 1, out: '', err });
      expect(ran.calls.length).toBe(1);
    }
  });

  it('is written without colours inside a job, whose terminal ends up in a log', async () => {
    const instance = { name: '', goal: 'start', state: 'running', processes: [] };
    const answers = { status: { job: 'svc', instances: [instance] } };
    const terminal = { out: true, err: true, columns: 80 };
    const env = { UPSTART_JOB: 'svc', UPSTART_INSTANCE: '' };
    expect((await run(['status'], { env, answers, terminal })).out).toBe('svc start/running\n');
    expect((await run(['status', 'svc'], { answers, terminal })).out).not.toBe('svc start/running\n');
  });

  it('inside a job mean that job’s own instance and never wait', async () => {
    const env = { UPSTART_JOB: 'svc', UPSTART_INSTANCE: '' };
    const answers = { stop: { instance: '' }, status: running };
    const from = { job: 'svc', instance: '' };
    expect((await run('stop', { env, answers })).calls[0]).toEqual([
      'stop',
      { job: 'svc', instance: '', wait: false, from },
    ]);
    expect((await run('status', { env, answers })).calls).toEqual([['status', { job: 'svc', instance: '' }]]);
    expect((await run('reload', { env, answers })).calls).toEqual([['reload', { job: 'svc', instance: '' }]]);
    expect((await run('stop other', { env, answers })).calls[0]).toEqual([
      'stop',
      { job: 'other', env: [], wait: true, from },
    ]);
    expect((await run('emit ready', { env, answers: { emit: null } })).calls[0]?.[1]).toMatchObject({ from });
    expect((await run(['status'], { env: { UPSTART_JOB: 'svc' } })).err).toMatch(/^status: missing job name\n/);
  });

  it('tell people, after the exact line, why a job failed and what it said', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'upstart-ctl-'));
    const log = join(dir, 'svc.log');
    writeFileSync(log, `${Array.from({ length: 30 }, (_, i) => `line ${i}\r\n`).join('')}cannot \u001b[31mopen\r\n`);
    const failure = { text: 'main process terminated with status 1' };
    const answers = {
      start: upstartError('job-failed-to-start'),
      explain: { last: { failure } },
      logPath: log,
    };
    const world = { answers, terminal: { err: true }, env: { TERM: 'dumb' } };
    const { err, status } = await run('start svc', world);
    rmSync(dir, { recursive: true });
    const lines = err.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'start: Job failed to start',
      'Reason: main process terminated with status 1',
      `The last lines of ${log}:`,
      '  line 21',
    ]);
    expect(lines.at(-2)).toBe('  cannot \\x1b[31mopen');
    expect(lines.length).toBe(14);
    expect(status).toBe(1);
    expect((await run('start svc', world)).err.split('\n').length).toBe(3);
  });

  it('tell people about the broken file of an unknown job, or of one with a similar name', async () => {
    const unknown = upstartError('unknown-job', 'wbe');
    const place = { line: 3, column: 1, text: 'respwan', mark: 0, length: 7 };
    const brokenFiles = [
      { path: '/etc/init/wbe.conf', job: 'wbe', line: 3, message: 'Unknown stanza', place, meant: 'respawn' },
    ];
    const world = { terminal: { err: true }, env: { NO_COLOR: '1' } };
    const list = [{ job: 'web', instances: [] }];
    expect((await run('start wbe', { ...world, answers: { start: unknown, brokenFiles } })).err).toBe(
      "start: Unknown job: wbe\nThe job's file has an error: /etc/init/wbe.conf:3: Unknown stanza\n" +
        '  3 | respwan\n    | ^^^^^^^ did you mean `respawn`?\n',
    );
    expect((await run('status wbe', { ...world, answers: { status: unknown, brokenFiles: [], list } })).err).toBe(
      'status: Unknown job: wbe\nDid you mean web?\n',
    );
    const scripted = await run('status wbe', { answers: { status: unknown, brokenFiles, list } });
    expect(scripted.err).toBe('status: Unknown job: wbe\n');
    expect(scripted.calls.length).toBe(1);
  });
});

describe('status and list', () => {
  const lines: [InstanceStatus[], string][] = [
    [[], 'svc stop/waiting\n'],
    [[instance([])], 'svc start/running\n'],
    [[instance([['main', 7]])], 'svc start/running, process 7\n'],
    [[instance([['main', 7]], { name: 'a b' })], 'svc (a b) start/running, process 7\n'],
    [
      [
        instance(
          [
            ['main', 7],
            ['post-start', 8],
          ],
          { state: 'post-start' },
        ),
      ],
      'svc start/post-start, process 7\n\tpost-start process 8\n',
    ],
    [[instance([['post-start', 8]], { state: 'post-start' })], 'svc start/post-start, (post-start) process 8\n'],
    [[instance([['pre-stop', 8]], { goal: 'stop', state: 'pre-stop' })], 'svc stop/pre-stop, (pre-stop) process 8\n'],
    [[instance([['security', 8]], { state: 'security' })], 'svc start/security, (security) process 8\n'],
    [[instance([['post-stop', 8]], { goal: 'stop', state: 'post-stop' })], 'svc stop/post-stop, process 8\n'],
    [[instance([['pre-start', 8]], { state: 'pre-start' })], 'svc start/pre-start, process 8\n'],
  ];
  it.each(lines)('print %j as it has always been', async (instances, out) => {
    const status = { job: 'svc', instances };
    expect(await run('status svc', { answers: { status } })).toMatchObject({ status: 0, out, err: '' });
    expect((await run('initctl list extra words', { answers: { list: [status, status] } })).out).toBe(out + out);
  });

  it('print nothing with --quiet, and nothing for no jobs', async () => {
    expect((await run('status -q svc', { answers: { status: running } })).out).toBe('');
    expect((await run('initctl -q list', { answers: { list: [running] } })).out).toBe('');
    expect((await run('initctl list', { answers: { list: [] } })).out).toBe('');
  });

  it.each([
    ['status -q -v svc', true],
    ['status -v -q svc', false],
    ['status -qv svc', true],
    ['status -vq svc', false],
    ['status -q --debug svc', true],
    ['initctl -q status -v svc', true],
    ['initctl -v status -q svc', false],
    ['initctl --debug -q -v status svc', true],
  ])('heed the last of several options about how much to say: %s', async (words, spoken) => {
    const { out } = await run(words, { answers: { status: running } });
    expect(out !== '').toBe(spoken);
  });

  it('print JSON when asked, without colours on a terminal too', async () => {
    const world = { answers: { list: [running], status: running }, terminal: { out: true } };
    expect(JSON.parse((await run('initctl list --json', world)).out)).toEqual([running]);
    expect(JSON.parse((await run('status svc --json', world)).out)).toEqual(running);
  });

  it('on a terminal are sorted, lined up, coloured, and show what would steer the terminal', async () => {
    const list = [{ job: 'web\u001b', instances: [] }, running];
    const terminal = { out: true };
    expect((await run('initctl list', { answers: { list }, terminal, env: { NO_COLOR: '1' } })).out).toBe(
      'svc     start/running, process 7\nweb\\x1b stop/waiting\n',
    );
    expect((await run('initctl list', { answers: { list }, terminal })).out).toBe(
      'svc     \u001b[32mstart/running\u001b[39m, process 7\nweb\\x1b \u001b[2mstop/waiting\u001b[22m\n',
    );
  });

  it('exit as init scripts do with --lsb', async () => {
    const exits = async (status: unknown): Promise<number> =>
      (await run('status --lsb svc', { answers: { status } })).status;
    expect(await exits(running)).toBe(0);
    expect(await exits(stopped)).toBe(3);
    expect(await exits(upstartError('unknown-job', 'svc'))).toBe(4);
    expect((await run('status svc', { answers: { status: stopped } })).status).toBe(0);
  });
});

describe('the environment commands', () => {
  const inside = { UPSTART_JOB: 'own', UPSTART_INSTANCE: 'i' };
  const own = { job: 'own', instance: 'i' };
  const calls: [string, Call][] = [
    ['get-env A', ['getEnv', { target: own, name: 'A' }]],
    ['get-env -g A', ['getEnv', { target: null, name: 'A' }]],
    ['list-env --global', ['listEnv', { target: null }]],
    ['set-env A=1 B', ['setEnv', { target: own, vars: ['A=1', 'B'], replace: true }]],
    ['set-env --retain A=1', ['setEnv', { target: own, vars: ['A=1'], replace: false }]],
    ['unset-env A B', ['unsetEnv', { target: own, names: ['A', 'B'] }]],
    ['reset-env', ['resetEnv', { target: own }]],
  ];
  it.each(calls)('%s', async (line, call) => {
    const answers = { getEnv: 'value', listEnv: [] };
    expect((await run(`initctl ${line}`, { env: inside, answers })).calls).toEqual([call]);
    const outside = (await run(`initctl ${line}`, { answers })).calls;
    expect(outside).toEqual([[call[0], { ...(call[1] as object), target: null }]]);
    const half = await run(`initctl ${line.replace(/ (-g|--global)\b/, '')}`, { env: { UPSTART_JOB: 'own' }, answers });
    expect(half.err).toMatch(/^initctl: missing job name\nTry/);
  });

  it('sort as the locale says', async () => {
    const answers = { listEnv: ['b=1', 'B=2', 'a=3', 'É=4'] };
    const sorted = async (env: Record<string, string>): Promise<string> =>
      (await run('initctl list-env', { answers, env })).out.replace(/=.\n/g, '');
    expect(await sorted({ LC_ALL: 'C' })).toBe('BabÉ');
    expect(await sorted({})).toBe('BabÉ');
    expect(await sorted({ LANG: 'en_US.UTF-8' })).toBe('abBÉ');
    expect(await sorted({ LANG: 'no such locale' })).toBe('BabÉ');
  });

  it('print a value as it is', async () => {
    expect((await run('initctl get-env A', { answers: { getEnv: 'two  words' } })).out).toBe('two  words\n');
    expect((await run('initctl get-env A', { answers: { getEnv: upstartError('no-such-variable', 'A') } })).err).toBe(
      'initctl: No such variable: A\n',
    );
  });
});

describe('small commands', () => {
  it('print what the daemon answers', async () => {
    expect((await run(['version'], { answers: { version: 'init (upstart 1.2.3)' } })).out).toBe(
      'init (upstart 1.2.3)\n',
    );
    expect((await run(['log-priority'], { answers: { getLogPriority: 'message' } })).out).toBe('message\n');
    const set = await run(['log-priority', ''], { answers: { setLogPriority: upstartError('invalid-log-priority') } });
    expect(set).toMatchObject({ status: 1, err: 'log-priority: The log priority given was not recognised\n' });
    expect((await run('usage svc', { answers: { config: [config('svc', { usage: 'N=x' })] } })).out).toBe(
      'Usage: N=x\n',
    );
    expect((await run('usage svc', { answers: { config: [config('svc')] } })).out).toBe('Usage: \n');
    expect(JSON.parse((await run('usage svc --json', { answers: { config: [config('svc')] } })).out)).toEqual({
      job: 'svc',
      usage: null,
    });
  });

  it('ask for what they say', async () => {
    expect((await run('initctl notify-dbus-address unix:x')).calls).toEqual([
      ['notifyDBusAddress', { address: 'unix:x' }],
    ]);
    expect((await run('initctl notify-cgroup-manager-address x')).calls[0]?.[0]).toBe('notifyCGroupManagerAddress');
    expect((await run('initctl notify-disk-writeable')).calls).toEqual([['notifyDiskWriteable', {}]]);
    expect((await run('initctl reload-configuration')).calls).toEqual([['reloadConfiguration', {}]]);
    expect((await run('reload svc A=1')).calls).toEqual([['reload', { job: 'svc', env: ['A=1'] }]]);
  });

  it('put no blank after the program for an error that starts with a place', async () => {
    const answers = { reloadConfiguration: upstartError('expansion-failed', '/etc/init/x.conf:3: Unknown stanza') };
    expect((await run('initctl reload-configuration', { answers })).err).toBe(
      'initctl:/etc/init/x.conf:3: Unknown stanza\n',
    );
  });
});

function config(job: string, more: Partial<JobConfig> = {}): JobConfig {
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
const event = (name: string, ...args: string[]): Condition => ({ op: 'event', name, args });
const and = (left: Condition, right: Condition): Condition => ({ op: 'and', left, right });
const or = (left: Condition, right: Condition): Condition => ({ op: 'or', left, right });

const web = config('web', {
  emits: ['web-up', 'web-*'],
  startOn: or(and(event('net-up', 'IFACE=lo'), event('started', 'db')), event('rescue')),
  stopOn: or(event('runlevel', '[06]'), event('stopping', 'db')),
});

describe('show-config', () => {
  it('prints conditions with all their parentheses', async () => {
    const ran = await run('initctl show-config web', { answers: { config: [web] } });
    expect(ran.calls).toEqual([['config', { job: 'web' }]]);
    expect(ran.out).toBe(
      'web\n  emits web-up\n  emits web-*\n' +
        '  start on ((net-up IFACE=lo and started db) or rescue)\n  stop on (runlevel [06] or stopping db)\n',
    );
  });

  it('lists events one by one with -e', async () => {
    const forms = config('forms', {
      startOn: or(
        or(
          or(or(event('started'), event('started', 'A=b')), event('starting', 'x', 'y')),
          event('stopping', 'A=b', 'JOB=c', 'D=e'),
        ),
        event('file', 'x=y', 'JOB=z'),
      ),
      stopOn: event('last'),
    });
    expect((await run('initctl show-config -e', { answers: { config: [web, forms, config('bare')] } })).out).toBe(
      'web\n  emits web-up\n  emits web-*\n' +
        '  start on net-up (job:, env: IFACE=lo)\n  start on started (job: db, env:)\n  start on rescue (job:, env:)\n' +
        '  stop on runlevel (job:, env: [06])\n  stop on stopping (job: db, env:)\n' +
        'forms\n  start on started (job:, env:)\n  start on started (job:, env: A=b)\n  start on starting (job: x, env: y)\n' +
        '  start on stopping (job: c, env: A=b D=e)\n  start on file (job:, env: x=y JOB=z)\n  stop on last (job:, env:)\n' +
        'bare\n',
    );
  });
});

describe('check-config', () => {
  const db = config('db', { emits: ['net-up'], startOn: or(event('net-up'), event('started', 'JOB=web')) });
  const half = config('half', { startOn: or(event('web-ready'), event('stopped', 'nobody')) });
  const lost = config('lost', { startOn: and(event('nothing-known'), event('started', 'db')) });
  const answers = {
    config: [web, db, half, lost],
    brokenFiles: [{ path: '/x.conf', job: 'x', line: null, message: 'no' }],
  };
  const check = async (words: string, world: World = {}): Promise<[string, number]> => {
    const { out, err, status } = await run(`initctl check-config${words}`, { answers, ...world });
    return [out + err, status];
  };

  it('complains of conditions that cannot be met', async () => {
    expect(await check('')).toEqual(['lost\n  start on: unknown event nothing-known\n', 1]);
    expect(await check(' web')).toEqual(['', 0]);
    expect(await check(' -w half')).toEqual(['half\n  start on: unknown job nobody\n', 1]);
    expect(await check(' lost --ignore-events=nothing-known')).toEqual(['', 0]);
    expect(await check(' -i rescue,nothing-known')).toEqual(['', 0]);
    expect(await check(' -i nothing-* lost')).toEqual(['lost\n  start on: unknown event nothing-known\n', 1]);
    expect(await check(' --warn -i rescue web')).toEqual(['web\n  stop on: unknown event runlevel\n', 1]);
    expect(await check(' nowhere')).toEqual(['initctl: Invalid job class: nowhere\n', 1]);
  });

  it('names right operands before left ones', async () => {
    const both = config('both', { stopOn: or(or(event('runlevel'), event('started', 'nobody')), event('gone')) });
    expect(await check('', { answers: { config: [both] } })).toEqual([
      'both\n  stop on: unknown event gone\n  stop on: unknown job nobody\n  stop on: unknown event runlevel\n',
      1,
    ]);
  });

  it.each([
    ['an or below an or', or(event('runlevel'), or(event('gone'), event('lost'))), ['gone', 'lost', 'runlevel'], 1],
    ['an and below an or', or(event('session'), and(event('startup'), event('gone'))), ['gone', 'session'], 1],
    [
      'an and deep inside',
      or(event('startup'), or(event('startup'), and(event('gone'), event('startup')))),
      ['gone'],
      1,
    ],
    ['only ors with a good side', or(event('gone'), and(event('startup'), or(event('startup'), event('lost')))), [], 0],
  ])('minds each operator, wherever it stands: %s', async (_name, startOn, unknown, status) => {
    const [text, exit] = await check('', { answers: { config: [config('x', { startOn })] } });
    expect(
      text
        .split('\n')
        .flatMap((line) => line.match(/unknown event (.*)/)?.[1] ?? [])
        .sort(),
    ).toEqual(unknown);
    expect(exit).toBe(status);
  });

  it('knows that sessions end', async () => {
    const ends = { answers: { config: [config('x', { startOn: event('session-end') })] } };
    expect((await check('', ends))[1]).toBe(1);
    expect((await check('', { ...ends, env: { UPSTART_SESSION: 'unix:path=/x' } }))[1]).toBe(0);
    expect((await check(' --user', ends))[1]).toBe(0);
  });

  it.each([new ConnectionError('no daemon'), new AddressError('no daemon')])(
    'does not fail where no daemon runs: %s',
    async (error) => {
      expect(await check('', { answers: { config: error } })).toEqual(['initctl: no daemon\n', 0]);
    },
  );

  it('lists broken files to people', async () => {
    const world = { terminal: { out: true }, env: { NO_COLOR: '1' } };
    expect(await check(' -i nothing-known', world)).toEqual(['/x.conf: no\n', 0]);
  });
});

describe('list-sessions', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'upstart-sessions-'));
    mkdirSync(join(dir, 'upstart', 'sessions'), { recursive: true });
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const file = (name: string, text: string): void => writeFileSync(join(dir, 'upstart', 'sessions', name), text);

  it('names the sessions whose daemon lives', async () => {
    file(`${process.pid}.session`, 'UPSTART_SESSION=unix:path=/here\n');
    file('4194305.session', 'UPSTART_SESSION=unix:path=/gone\n');
    file('name.session', 'UPSTART_SESSION=unix:path=/x\n');
    file(`${process.pid}.other`, 'UPSTART_SESSION=unix:path=/x\n');
    file('1.session', 'SOMETHING=else\n');
    const env = { XDG_RUNTIME_DIR: dir };
    expect(await run('initctl list-sessions', { env })).toEqual({
      status: 0,
      out: `${process.pid} unix:path=/here\n`,
      err: '',
      calls: [],
    });
    expect((await run('initctl -v list-sessions', { env })).out).toContain(
      `Ignoring stale session file: ${dir}/upstart/sessions/4194305.session\n`,
    );
  });

  it.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a link to a file without an end', (path: string) => symlinkSync('/dev/zero', path)],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file of zeros', (path: string) => file(basename(path), '\0'.repeat(2 ** 20))],
  ])('skips %s in the place of a file', async (_what, put) => {
    put(join(dir, 'upstart', 'sessions', `${process.pid}.session`));
    expect(await run('initctl list-sessions', { env: { XDG_RUNTIME_DIR: dir } })).toMatchObject({ status: 0, out: '' });
  });

  it('says when there is nowhere to look', async () => {
    const failing = async (env: Record<string, string>): Promise<string> =>
      (await run('initctl list-sessions', { env })).err;
    expect(await failing({})).toBe('initctl: Unable to query session directory\n');
    expect(await failing({ XDG_RUNTIME_DIR: 'relative' })).toBe('initctl: Unable to query session directory\n');
    writeFileSync(join(dir, 'file'), '');
    expect(await failing({ XDG_RUNTIME_DIR: join(dir, 'file') })).toBe('initctl: unable to determine sessions\n');
    expect(await failing({ XDG_RUNTIME_DIR: join(dir, 'none') })).toBe('');
  });
});

describe('--timeout', () => {
  it('gives up waiting, says so and where things are, and fails', async () => {
    const starting = { job: 'svc', instances: [instance([], { state: 'starting' })] };
    const answers = { start: new TimeoutError('start', 5000), status: starting };
    const limits: number[] = [];
    expect(await run('start svc --timeout=5', { answers, limits })).toMatchObject({
      out: '',
      err: 'start: Not done within 5 seconds; it continues: svc start/starting\n',
      status: 1,
    });
    expect(limits).toEqual([5000]);
    const emitted = await run('initctl emit --timeout 1 up', { answers: { emit: new TimeoutError('emit', 1000) } });
    expect(emitted.err).toBe('initctl: Not done within 1 second; it continues: event up\n');
    expect(emitted.status).toBe(1);
  });

  it('is a number of seconds that a timer can be set to', async () => {
    for (const wrong of ['0', '2147484', 'x', '1.5']) {
      expect((await run(`stop svc --timeout=${wrong}`)).err).toMatch(`stop: illegal argument: ${wrong}\n`);
    }
    const answers = { stop: { instance: '' }, status: stopped };
    const limits: number[] = [];
    await run('stop svc --timeout=2147483', { answers, limits });
    await run('stop svc', { answers, limits });
    expect(limits).toEqual([2_147_483_000]);
  });
});

describe('what people see of a change', () => {
  const terminal = { err: true };
  const env = { TERM: 'dumb' };
  const told = async (line: string, explain: object, more: Answers = {}): Promise<string> => {
    const answers = { restart: { instance: '' }, stop: { instance: '' }, status: running, explain, ...more };
    return (await run(line, { answers, terminal, env })).err;
  };

  it('is that a restart or a reload keeps the definition of before', async () => {
    const changed = { pending: 'changed', instances: [] };
    const text = 'The file of svc has changed, but its old definition still counts: stop and start take the new one.\n';
    expect(await told('restart svc', changed)).toBe(text);
    expect(await told('reload svc', changed)).toBe(text);
    expect(await told('restart svc', { pending: 'gone', instances: [] })).toBe(
      'The file of svc is gone; the job lasts until it has stopped.\n',
    );
    expect(await told('restart svc', { pending: null, instances: [] })).toBe('');
    expect(
      (await run('restart svc', { answers: { restart: { instance: '' }, status: running } })).calls,
    ).not.toContainEqual(['explain', { job: 'svc' }]);
  });

  it('is that a pre-stop has kept the process', async () => {
    const instances = [
      { name: '', kept: true, why: 'kept by its pre-stop', hints: ['stop and start'] },
      { name: 'other', kept: true, why: 'kept, too', hints: [] },
    ];
    expect(await told('restart svc', { pending: null, instances })).toBe('kept by its pre-stop: stop and start\n');
  });

  it('is what a stop has left behind, once it had a moment to end', async () => {
    const left = { pid: 77, instance: '', command: 'serve', old: true };
    const line =
      'svc: left behind: process 77 (serve) has outlived its run; init does not supervise it and does not end it\n';
    expect(await told('stop svc', { unsupervised: [left, { ...left, pid: 78, old: false }] })).toBe(line);
    let asked = 0;
    const ends = (): object => ({ unsupervised: asked++ === 0 ? [left] : [] });
    expect([await told('stop svc', ends), asked]).toEqual(['', 2]);
    const gone = { stop: upstartError('unknown-instance', '') };
    expect(await told('stop svc', { unsupervised: [left] }, gone)).toBe(`stop: Unknown instance: \n${line}`);
  });
});

describe('arguments that would be ignored', () => {
  const answers = { list: [], config: [], start: { instance: '' }, status: running };
  const err = async (line: string, people: boolean): Promise<string> =>
    (await run(line, { answers, terminal: { err: people }, env: { TERM: 'dumb' } })).err.replace(/\n.*/s, '');

  it('are refused by what scripts do not know, and by all where people read it', async () => {
    for (const people of [false, true]) {
      expect(await err('initctl watch svc', people)).toBe('initctl: unexpected argument: svc');
      expect(await err('initctl explain svc other', people)).toBe('initctl: unexpected argument: other');
    }
    for (const line of ['initctl list svc', 'initctl version svc', 'initctl usage a svc']) {
      expect(await err(line, true)).toBe('initctl: unexpected argument: svc');
      expect(await err(line, false)).toBe('');
    }
    for (const line of ['start a B=1 C=2', 'initctl set-env A=1 B=2', 'initctl emit a B=1'])
      expect(await err(line, true)).toBe('');
  });

  it('are no mistake for help, which tells people of a command', async () => {
    const help = (out: boolean) => run('initctl help start', { terminal: { out, err: out } });
    expect((await help(true)).out).toMatch(/^Usage: initctl start /);
    expect((await help(false)).out).toMatch(/^Job commands:/);
  });
});

describe('explain', () => {
  const failure = {
    slot: 'main',
    exitStatus: 1,
    exitSignal: null,
    spawnError: null,
    state: 'running',
    at: 0,
    text: 'main process terminated with status 1',
  } as const;
  const explanation: Explanation = {
    job: 'web',
    defined: true,
    why: null,
    notes: ['its file is gone'],
    startOn: {
      condition: '(a and b)',
      operands: [
        { text: 'a', seen: true, note: 'by `a X=1`' },
        { text: 'b', seen: false, note: null },
      ],
    },
    stopOn: 'runlevel [06]',
    instances: [
      {
        name: 'x',
        goal: 'start',
        state: 'starting',
        kept: false,
        why: 'started by request; waits for what reacts to its `starting` event',
        holds: ['net-up IFACE=lo'],
        blockedBy: [{ text: 'event starting', children: [{ text: 'job db start/pre-start', children: [] }] }],
        respawns: 1,
        stopOperands: [],
        failure: null,
        hints: ['expect fork is declared'],
      },
    ],
    last: { instance: '', at: 0, text: failure.text, failure, respawns: 0 },
    broken: [{ path: '/etc/init/web.override', job: 'web', line: 2, message: 'Unknown stanza', expected: 'a stanza' }],
    pending: null,
    output: { path: '/log/web-x.log', lastLine: 'address in use' },
    unsupervised: [
      { pid: 77, instance: 'x', command: 'serve --port 80', old: true },
      { pid: 78, instance: '', command: null, old: false },
    ],
  };

  it('tells the chain of reasons, indented', async () => {
    expect((await run('initctl explain web', { answers: { explain: explanation } })).out).toBe(
      [
        'web (x) start/starting: started by request; waits for what reacts to its `starting` event',
        '  waits for:',
        '    event starting',
        '      job db start/pre-start',
        '  holds up:',
        '    the event `net-up IFACE=lo`',
        '  respawned: once',
        '  hint: expect fork is declared',
        '  last run: ended 3 minutes ago (1970-01-01T00:00:00Z): main process terminated with status 1',
        '  start on: (a and b)',
        '    seen      a (by `a X=1`)',
        '    not seen  b',
        '  stop on: runlevel [06]',
        '  note: its file is gone',
        '  broken file: /etc/init/web.override:2: Unknown stanza',
        '    expected a stanza',
        '  left behind: process 77 of (x) (serve --port 80) has outlived its run; init does not supervise it and does not end it',
        '  beside it: process 78 runs, too; init does not supervise it and does not end it',
        '  last line of output: address in use',
        '  /log/web-x.log has its output',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await run('explain web --json', { answers: { explain: explanation } })).out)).toEqual(
      explanation,
    );
  });

  it('tells a job without instances, and of a lone operand only what the condition does not say', async () => {
    const operands = [{ text: 'started db', seen: false, note: 'db is stop/waiting' }];
    const lone: Explanation = {
      ...explanation,
      why: 'never started; nothing of its `start on` has come yet',
      notes: [],
      startOn: { condition: 'started db', operands },
      stopOn: null,
      instances: [],
      last: null,
      broken: [],
      output: null,
      unsupervised: [],
    };
    expect((await run('explain web', { answers: { explain: lone } })).out).toBe(
      'web stop/waiting: never started; nothing of its `start on` has come yet\n  start on: started db (db is stop/waiting)\n',
    );
  });

  it('points to a log only where there is one', async () => {
    const last = { instance: '', at: 0, text: failure.text, failure, respawns: 0 };
    const failed: Explanation = {
      ...explanation,
      why: 'its last run failed',
      notes: [],
      instances: [],
      last,
      broken: [],
    };
    const lines = async (more: Partial<Explanation>): Promise<string[]> =>
      (await run('explain web', { answers: { explain: { ...failed, ...more } } })).out.split('\n').slice(6, -1);
    const output = { path: '/log/web.log', lastLine: null };
    expect(await lines({ unsupervised: [], output: null })).toEqual([]);
    expect(await lines({ unsupervised: [], output })).toEqual(['  initctl log web shows its output']);
    const unsupervised = [{ pid: 77, instance: '', command: null, old: true }];
    expect(await lines({ unsupervised, output: null })).toEqual([
      '  left behind: process 77 has outlived its run; init does not supervise it and does not end it, and it may hold what the job needs, such as a port',
    ]);
    // A daemon before this version tells neither.
    const { output: _, unsupervised: __, ...older } = failed;
    expect((await run('explain web', { answers: { explain: older } })).status).toBe(0);
  });

  it('tells who holds the events of a name', async () => {
    const heldBy = [{ text: 'web is not running yet', children: [{ text: 'its process', children: [] }] }];
    const events = [{ name: 'up', env: ['IF=lo'], failed: true, heldBy }];
    const { out, calls } = await run('initctl explain --event up', { answers: { explainEvent: events } });
    expect(out).toBe('up IF=lo is not over, and will end as failed:\n  web is not running yet\n    its process\n');
    expect(calls).toEqual([['explainEvent', { name: 'up' }]]);
    expect((await run('initctl explain --event up', { answers: { explainEvent: [] } })).out).toBe(
      'No event up is pending: all that were emitted are over.\n',
    );
  });
});

/** Runs a command that continues until it is interrupted. */
function runOn(line: string, client: FakeClient): { out: () => string; end: () => Promise<number> } {
  let out = '';
  const abort = new AbortController();
  const status = runCommand(line.split(' '), {
    env: {},
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

describe('watch', () => {
  const happened: [Notification, string][] = [
    [{ event: 'job-added', job: 'a' }, 'job a added'],
    [{ event: 'job-removed', job: 'a' }, 'job a removed'],
    [{ event: 'instance-added', job: 'a', instance: 'x' }, 'a (x) added'],
    [{ event: 'instance-removed', job: 'a', instance: '' }, 'a removed'],
    [{ event: 'goal', job: 'a', instance: '', goal: 'start' }, 'a goal start'],
    [{ event: 'state', job: 'a', instance: '', state: 'running' }, 'a state running'],
    [{ event: 'process', job: 'a', instance: '', slot: 'main', pid: 7 }, 'a main process 7'],
    [
      { event: 'process-ended', job: 'a', instance: '', slot: 'main', pid: 7, text: 'killed by TERM signal' },
      'a main process 7 killed by TERM signal',
    ],
    [
      { event: 'signal', job: 'a', instance: '', slot: 'main', pid: 7, signal: 'HUP' },
      'a main process 7 is sent HUP signal',
    ],
    [
      { event: 'signal', job: 'a', instance: '', slot: 'main', pid: 7, signal: '40' },
      'a main process 7 is sent signal 40',
    ],
    [{ event: 'failed', job: 'a', instance: '', status: 256 }, 'a failed with status 256'],
    [{ event: 'event-emitted', name: 'e', env: ['A=1\n'], failed: true }, 'event e A=1\\x0a (failed)'],
    [{ event: 'restarted' }, 'init daemon restarted'],
  ];

  it('prints what happens, one line each, until the end', async () => {
    const client = new FakeClient({});
    const { out, end } = runOn('upstart-monitor', client);
    await eventually(() => client.notify !== null);
    for (const [notification] of happened) client.notify?.(notification);
    expect(await end()).toBe(0);
    expect(out()).toBe(happened.map(([, text]) => `1970-01-01T00:00:00.000Z ${text}\n`).join(''));
    expect(client.closed).toBe(true);
  });

  it('prints JSON lines when asked, and fails when the daemon is gone for good', async () => {
    const client = new FakeClient({});
    const { out, end } = runOn('initctl watch --json', client);
    await eventually(() => client.notify !== null);
    client.notify?.({ event: 'job-added', job: 'a' });
    client.ended?.(new ConnectionError('gone'));
    expect(await end()).toBe(1);
    expect(out()).toBe('{"time":"1970-01-01T00:00:00.000Z","event":"job-added","job":"a"}\ninitctl: gone\n');
  });
});

describe('log', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'upstart-log-'));
    path = join(dir, 'svc.log');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('prints the last lines', async () => {
    writeFileSync(path, Array.from({ length: 12 }, (_, i) => `${i}\r\n`).join(''));
    const show = async (words: string): Promise<string> =>
      (await run(`initctl log svc${words}`, { answers: { logPath: path } })).out;
    expect(await show('')).toBe('2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n');
    expect(await show(' -n 2')).toBe('10\n11\n');
    expect(await show(' -n0')).toBe('');
    expect((await show(' --lines=99')).split('\n').length).toBe(13);
  });

  it('says where nothing is, and fails', async () => {
    const ran = await run('initctl log svc N=x', { answers: { logPath: path } });
    expect(ran).toMatchObject({ status: 1, err: `initctl: Nothing has been logged yet: ${path}\n` });
    expect(ran.calls).toEqual([['logPath', { job: 'svc', env: ['N=x'] }]]);
    expect((await run('initctl log svc', { answers: { logPath: dir } })).err).toMatch(
      /^initctl: Unable to read .*directory/,
    );
  });

  it('follows the file, also when another takes its place', async () => {
    writeFileSync(path, 'one\r\n');
    const { out, end } = runOn('initctl log svc -f', new FakeClient({ logPath: path }));
    await eventually(() => out() === 'one\n');
    appendFileSync(path, 'two\r\n');
    await eventually(() => out() === 'one\ntwo\n');
    writeFileSync(path, 'new\r\n');
    await eventually(() => out() === 'one\ntwo\nnew\n');
    expect(await end()).toBe(0);
  });
});

describe('a command that cannot tell which daemon is meant', () => {
  it('says so', async () => {
    let err = '';
    const status = await runCommand(['status', 'svc'], {
      env: {},
      terminal: { out: false, err: false, columns: 0 },
      local: true,
      out: () => {},
      err: (text) => {
        err += text;
      },
      connect: () => Promise.reject(new AddressError("UPSTART_SESSION isn't set in the environment.")),
    });
    expect([status, err]).toEqual([1, "status: UPSTART_SESSION isn't set in the environment.\n"]);
  });
});
