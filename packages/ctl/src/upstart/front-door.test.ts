/** The command line of `upstart`, on a daemon that gives fixed answers. */
import { type BrokenFile, VERSION } from '@upstart/common';
import {
  type CallOptions,
  ConnectionError,
  type Explanation,
  type InstanceStatus,
  type JobStatus,
  type Method,
  type Params,
  type RootCause,
  RUN_LOCALLY,
  TimeoutError,
  type Troubles,
  type UpstartClient,
  upstartError,
} from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands/all.ts';
import { runFrontDoor } from './front-door.ts';

type Answers = { [M in Method]?: (params: never) => unknown };
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

const fail = (error: Error) => (): never => {
  throw error;
};

function instance(more: Partial<InstanceStatus> = {}): InstanceStatus {
  return { name: '', goal: 'start', state: 'running', processes: [{ slot: 'main', pid: 7 }], ...more };
}
const DETAILS = { since: 140_000, respawns: 0, lastExit: null, memoryBytes: 12_900_000, cpuMs: 1234 } as const;
const WELL = { health: 'well', why: null, ...DETAILS } as const;
const ENDED = { instance: '', at: 80_000, respawns: 3, exit: { exitStatus: 3, exitSignal: null, at: 80_000 } };
const JOBS: JobStatus[] = [
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
const UNKNOWN_STANZA = '/etc/init/mail.conf:3: Unknown stanza';
const BROKEN: BrokenFile[] = [{ path: '/etc/init/mail.conf', job: 'mail', line: 3, message: 'Unknown stanza' }];

async function run(line: string, answers: Answers = {}, local = true) {
  const calls: Call[] = [];
  const scopes: string[] = [];
  let out = '';
  let err = '';
  const usual: Answers = {
    list: () => JOBS,
    brokenFiles: () => BROKEN,
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
    env: {},
    terminal: { out: false, err: false, columns: 0 },
    local,
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

describe('the command line', () => {
  it.each([
    ['', 'missing command', 'upstart --help'],
    ['pss', 'unknown command: pss; did you mean ps?', 'upstart --help'],
    ['ps --faild', 'unknown option: --faild; did you mean --failed?', 'upstart ps --help'],
    ['ps -x', 'unknown option: -x', 'upstart ps --help'],
    ['ps web =3', 'KEY=VALUE expected, not =3', 'upstart ps --help'],
    ['chain web db', 'unexpected word: db', 'upstart chain --help'],
    ['start', 'missing job name', 'upstart start --help'],
    ['simulate', 'missing action', 'upstart simulate --help'],
    ['ps --user --system', 'give either --system or --user, not both', 'upstart ps --help'],
    ['logs web -n x', '--lines takes a number, not x', 'upstart logs --help'],
    ['start web =3', 'KEY=VALUE expected, not =3', 'upstart start --help'],
    ['logs web =x', 'KEY=VALUE expected, not =x', 'upstart logs --help'],
    ['graph --dot --svg', 'give either --svg or --dot, not both', 'upstart graph --help'],
    ['start web --timeout', 'missing argument: --timeout', 'upstart start --help'],
    ...['0', 'x', '0.5', '-1', '2147484'].map((seconds) => [
      `stop web --timeout=${seconds}`,
      `--timeout takes a number of seconds from 1 to 2147483, not ${seconds}`,
      'upstart stop --help',
    ]),
    [
      'stop web --timeout=',
      '--timeout takes a number of seconds from 1 to 2147483, not nothing',
      'upstart stop --help',
    ],
  ])('refuses `upstart %s`', async (line, text, help) => {
    const { status, out, err } = await run(line);
    expect({ status, out, err }).toEqual({
      status: 2,
      out: '',
      err: `upstart: ${text}\nTry \`${help}' for more information.\n`,
    });
  });

  it.each(COMMANDS.map(({ name }) => name))('has help with examples for %s', async (name) => {
    const { status, out } = await run(`${name} --help`);
    expect(status).toBe(0);
    expect(out).toContain(`Usage: upstart ${name}`);
    expect(out).toContain(`Examples:\n  upstart ${name}`);
    expect(out).toContain('Exit status: 0 done');
  });

  it('lists its commands and tells its version', async () => {
    for (const line of ['--help', '-h']) {
      const { status, out } = await run(line);
      expect(status).toBe(0);
      for (const { name } of COMMANDS) expect(out).toMatch(new RegExp(`^  upstart ${name}\\b`, 'm'));
    }
    expect((await run('--version')).out).toBe(`upstart (upstart ${VERSION})\n`);
  });

  it('asks the init that is meant, and says when there is none', async () => {
    expect((await run('list')).scopes).toEqual(['default']);
    expect((await run('list --user')).scopes).toEqual(['user']);
    expect((await run('--system list')).scopes).toEqual(['system']);
    const { status, err } = await run('list', { list: fail(new ConnectionError('Unable to connect')) });
    expect([status, err]).toEqual([1, 'upstart: Unable to connect\n']);
  });
});

describe('jobs', () => {
  it('are named, several at once, each once', async () => {
    const { status, changes } = await run('start web db web');
    expect(changes).toEqual([
      { method: 'start', job: 'web', env: [], wait: true },
      { method: 'start', job: 'db', env: [], wait: true },
    ]);
    expect(status).toBe(0);
  });

  it('are found by patterns, which mean the instances that there are', async () => {
    expect((await run('stop worker* --no-wait')).changes).toEqual([
      { method: 'stop', job: 'worker', instance: '1', wait: false },
      { method: 'stop', job: 'worker', instance: '2', wait: false },
    ]);
    expect((await run('stop */2')).changes).toEqual([{ method: 'stop', job: 'worker', instance: '2', wait: true }]);
    expect((await run('stop worker/2')).out).toBe('worker (2) start/running, process 7\n');
  });

  it('are shown by ps alone, those of broken files, too', async () => {
    const names = async (line: string) => {
      const { out, err, status } = await run(`ps ${line} --json`, {
        status: ({ job }: { job: string }) => ({ job, instances: [instance({ name: '1' })] }),
      });
      const rows = JSON.parse(out || '[]') as { job: string; instance: string }[];
      return [rows.map(({ job, instance: name }) => (name === '' ? job : `${job}/${name}`)).sort(), err, status];
    };
    expect(await names('web worker*')).toEqual([['web', 'worker-log', 'worker/1', 'worker/2'], '', 0]);
    expect(await names('*/2')).toEqual([['worker/2'], '', 0]);
    expect(await names('mail')).toEqual([['mail'], '', 0]);
    expect(await names('worker N=1')).toEqual([['worker/1'], '', 0]);
    expect(await names('web wbe')).toEqual([['web'], 'upstart: unknown job: wbe; did you mean web?\n', 4]);
    expect(await names('wbe --watch')).toEqual([[], 'upstart: unknown job: wbe; did you mean web?\n', 4]);
    expect((await run('ps web --failed')).out).toBe('Nothing has failed.\n');
  });

  it('may stand behind --', async () => {
    expect((await run('stop -- web')).changes).toEqual([{ method: 'stop', job: 'web', instance: '', wait: true }]);
  });

  it('get variables, which name an instance', async () => {
    expect((await run('start worker N=3')).changes).toEqual([
      { method: 'start', job: 'worker', env: ['N=3'], wait: true },
    ]);
    expect((await run('reload worker N=1')).changes).toEqual([{ method: 'reload', job: 'worker', env: ['N=1'] }]);
  });

  it('that are unknown are reported with the nearest name or the error in their file; the others are done', async () => {
    const { status, err, changes } = await run('start wbe db mail');
    expect(err).toBe(
      'upstart: unknown job: wbe; did you mean web?\n' +
        'upstart: the file of mail has an error: /etc/init/mail.conf:3: Unknown stanza\n',
    );
    expect(changes).toHaveLength(1);
    expect(status).toBe(4);
  });

  it('that are already what they are to be are no failure', async () => {
    const started = await run('start web', { start: fail(upstartError('already-started', 'web')) });
    expect([started.status, started.out]).toEqual([0, 'web start/running, process 7\n']);
    const gone = await run('stop web', {
      stop: fail(upstartError('already-stopped', 'web')),
      status: fail(upstartError('unknown-instance', '')),
    });
    expect([gone.status, gone.out]).toEqual([0, 'web stop/waiting\n']);
    const stopped = await run('stop db worker-log');
    expect([stopped.status, stopped.out]).toEqual([0, 'db stop/waiting\nworker-log stop/waiting\n']);
  });

  describe('that are already on their way', () => {
    const underWay = (goal: 'start' | 'stop', ends: (InstanceStatus | null)[]): Answers => ({
      [goal]: fail(upstartError(goal === 'start' ? 'already-started' : 'already-stopped', 'web')),
      status: () => {
        const now = ends.length > 1 ? ends.shift() : ends[0];
        return { job: 'web', instances: now ? [now] : [] };
      },
    });
    const starting = instance({ state: 'pre-start' });
    const stopping = instance({ goal: 'stop', state: 'killed' });

    it('are waited for', async () => {
      const started = await run('start web', underWay('start', [starting, starting, instance()]));
      expect([started.status, started.out, started.err]).toEqual([0, 'web start/running, process 7\n', '']);
      const stopped = await run('stop web', underWay('stop', [stopping, stopping, null]));
      expect([stopped.status, stopped.out, stopped.err]).toEqual([0, 'web stop/waiting\n', '']);
    });

    it('are not waited for with --no-wait, and no longer than --timeout', async () => {
      const { status, out } = await run('stop web --no-wait', underWay('stop', [stopping]));
      expect([status, out]).toEqual([0, 'web stop/killed, process 7\n']);
      const late = await run('start web --timeout 1', underWay('start', [starting]));
      expect([late.status, late.err]).toEqual([
        1,
        'upstart: Not done within 1 second; it continues: web start/pre-start, process 7\n',
      ]);
    });

    it('may fail', async () => {
      const failed = await run('start db', { ...underWay('start', [starting, null]), explain });
      expect([failed.status, failed.err]).toEqual([1, 'upstart: cannot start db: Job failed to start\n']);
      const overtaken = await run('start web', { ...underWay('start', [starting, stopping]), explain });
      expect([overtaken.status, overtaken.err]).toEqual([1, 'upstart: cannot start web: Job failed to start\n']);
      const task = await run('start web', { ...underWay('start', [starting, null]), explain });
      expect([task.status, task.out]).toEqual([0, 'web stop/waiting\n']);
      const again = await run('stop web', underWay('stop', [stopping, instance()]));
      expect([again.status, again.err]).toEqual([1, 'upstart: cannot stop web: Job failed while stopping\n']);
    });
  });

  it('that do not run cannot be restarted', async () => {
    const { status, err } = await run('restart db');
    expect([status, err]).toEqual([3, 'upstart: db is not running; `upstart start db` starts it\n']);
    // A pattern means those that run.
    expect(await run('restart d*')).toMatchObject({ status: 0, err: '', changes: [] });
  });

  it('that fail are reported, and do not stop the others', async () => {
    const start = ({ job }: { job: string }) => {
      if (job === 'web') throw upstartError('job-failed-to-start');
      return { instance: '' };
    };
    const { status, out, err } = await run('start web db', { start });
    expect([status, out, err]).toEqual([
      1,
      'db start/running, process 7\n',
      'upstart: cannot start web: Job failed to start\n',
    ]);
  });

  it('are waited for as long as is wanted', async () => {
    const { status, err } = await run('start web --timeout 1 --timeout 2', {
      start: fail(new TimeoutError('start', 2000)),
    });
    expect([status, err]).toEqual([
      1,
      'upstart: Not done within 2 seconds; it continues: web start/running, process 7\n',
    ]);
  });
});

describe('status', () => {
  it('exits as init scripts do', async () => {
    expect((await run('status web')).status).toBe(0);
    expect((await run('status web db')).status).toBe(3);
    expect((await run('status web gone')).status).toBe(4);
    const missing = await run('status worker N=9', { status: fail(upstartError('unknown-instance', '9')) });
    expect(missing.status).toBe(3);
  });
});

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
const explain = ({ job }: { job: string }) => EXPLANATIONS[job] ?? fail(upstartError('unknown-job', job))();

describe('ps', () => {
  it('shows what is not well first, and why', async () => {
    const { status, out } = await run('ps');
    expect(out).toBe(
      [
        'JOB         STATE            PID  FOR  RESTARTS  EXIT  MEMORY   CPU  WHY',
        'mail        broken file        -    -         0     -       -     -  /etc/init/mail.conf:3: Unknown stanza',
        'db          stop/waiting       -   2m         3     3       -     -  it died',
        'worker (2)  start/pre-start    7   1m         0     -       -     -  waits',
        'web         start/running      7   1m         0     -   12.3M  1.2s',
        'worker (1)  start/running      7   1m         0     -   12.3M  1.2s',
        'worker-log  stop/waiting       -    -         0     -       -     -',
        '',
      ].join('\n'),
    );
    expect(status).toBe(0);
  });

  it('shows what has failed only, also as JSON, and exits with 1 if there is any', async () => {
    const { status, out } = await run('ps --failed --json');
    const nothing = { since: null, respawns: 0, series: null, lastExit: null, memoryBytes: null, cpuMs: null };
    expect([status, JSON.parse(out)]).toEqual([
      1,
      [
        { job: 'mail', instance: '', health: 'broken', state: null, pid: null, why: UNKNOWN_STANZA, ...nothing },
        {
          ...{ job: 'db', instance: '', health: 'failed', state: 'stop/waiting', pid: null, why: 'it died' },
          ...{ ...nothing, since: 80_000, respawns: 3, lastExit: ENDED.exit },
        },
      ],
    ]);
    const none = { list: () => [], brokenFiles: () => [] };
    expect(await run('ps --failed', none)).toMatchObject({ status: 0, out: 'Nothing has failed.\n' });
    expect((await run('ps', none)).out).toBe('There are no jobs.\n');
  });
});

describe('explain', () => {
  it('without a name is about everything that is wrong', async () => {
    const text = 'db failed: it died';
    const cause: RootCause = { kind: 'failed', job: 'db', instance: '', text, affected: 0, waiting: [] };
    const answers = { troubles: (): Troubles => ({ causes: [cause], dropped: 0 }) };
    expect(JSON.parse((await run('explain --json', answers)).out)).toEqual({ causes: [cause], dropped: 0 });
    expect((await run('explain', answers)).out).toBe(`${text}\n`);
    const nothing = { troubles: (): Troubles => ({ causes: [], dropped: 0 }) };
    expect((await run('explain', nothing)).out).toBe('Nothing is wrong, and no job waits for anything.\n');
  });

  it('is about the jobs that are named, broken ones included', async () => {
    const { status, out, err } = await run('explain w?b mail gone', { explain });
    expect(out).toContain('web start/running: started by request');
    expect(out).toContain('broken file: /etc/init/mail.conf:3: Unknown stanza');
    expect([status, err]).toEqual([4, 'upstart: unknown job: gone\n']);
  });
});

describe('commands that last, and those that read the files of the caller', () => {
  it.each(['logs', 'events', 'check', 'sessions', 'ps --watch', 'list --user', 'ps --system'])(
    'run in a process of the caller: %s',
    async (line) => {
      expect(await run(line, {}, false)).toMatchObject({ status: RUN_LOCALLY, out: '', err: '' });
    },
  );

  it('do not include the others', async () => {
    expect((await run('ps', {}, false)).status).toBe(0);
    expect((await run('frob', {}, false)).status).toBe(2);
  });
});

describe('force and kill', () => {
  it('has a stop end hooks that hang', async () => {
    const [change] = (await run('stop web --force')).changes;
    expect(change).toEqual({ method: 'stop', job: 'web', instance: '', wait: true, force: true });
    expect((await run('restart web --force')).err).toContain('unknown option: --force');
  });

  it('sends signals by name, in any case and with SIG, or by number', async () => {
    for (const [word, signal] of [
      ['', 15],
      ['--signal USR1', 10],
      ['-s sigkill', 9],
      ['-s 34', 34],
      ['--signal=64', 64],
    ] as const) {
      const { status, changes } = await run(`kill web worker/1 ${word}`.trim());
      expect(status).toBe(0);
      expect(changes).toEqual([
        { method: 'kill', job: 'web', instance: '', signal, hook: false },
        { method: 'kill', job: 'worker', instance: '1', signal, hook: false },
      ]);
    }
    expect((await run('kill web --hook')).changes).toMatchObject([{ hook: true }]);
  });

  it.each([
    ['TREM', 'unknown signal: TREM; did you mean TERM?'],
    ['sigusr', 'unknown signal: sigusr; did you mean USR1?'],
    ['0', 'unknown signal: 0'],
    ['65', 'unknown signal: 65'],
    ['frobnicate', 'unknown signal: frobnicate'],
  ])('rejects the signal %s', async (word, text) => {
    const { status, err, calls } = await run(`kill web -s ${word}`);
    expect([status, err, calls]).toEqual([
      2,
      `upstart: ${text}\nTry \`upstart kill --help' for more information.\n`,
      [],
    ]);
  });

  it('says when there is no such process, and continues with the others', async () => {
    const kill = ({ job, hook }: { job: string; hook: boolean }) => {
      if (job === 'web') throw upstartError('no-process', 'web', hook ? 'hook' : 'main process');
      return null;
    };
    const { status, err, changes } = await run('kill db web worker gone', { kill });
    expect(err).toBe(
      'upstart: unknown job: gone\nupstart: db is not running\nupstart: web has no main process that runs\n',
    );
    expect([status, changes.length]).toEqual([4, 3]);
    expect(await run('kill web --hook', { kill })).toMatchObject({
      status: 3,
      err: 'upstart: web has no hook that runs\n',
    });
    const denied = await run('kill web', { kill: fail(upstartError('permission-denied', 'signal job')) });
    expect([denied.status, denied.err]).toEqual([
      1,
      'upstart: cannot send TERM to web: You do not have permission to signal job\n',
    ]);
    expect((await run('kill d*', { kill })).status).toBe(0);
  });
});

describe('JSON', () => {
  it('tells what has become of each instance', async () => {
    const { status, out } = await run('stop web db --json');
    expect([status, JSON.parse(out)]).toEqual([
      0,
      [
        { job: 'web', instances: [expect.objectContaining({ name: '' })] },
        { job: 'db', instances: [] },
      ],
    ]);
    expect(JSON.parse((await run('reload web --json')).out)).toMatchObject([{ job: 'web' }]);
  });

  it('of jobs has their details', async () => {
    const { out } = await run('status web worker/1 --json');
    expect(JSON.parse(out)).toMatchObject([
      { job: 'web', health: 'well', instances: [{ memoryBytes: 12_900_000 }] },
      { job: 'worker', instances: [{ name: '1' }] },
    ]);
  });
});

describe('logs', () => {
  it('are those of the instance that the variables name', async () => {
    const { calls } = await run('logs worker N=1');
    expect(calls).toContainEqual(['logPath', { job: 'worker', env: ['N=1'] }]);
  });

  it('knows no job that there is none of', async () => {
    expect(await run('logs gone')).toMatchObject({ status: 4, err: 'upstart: unknown job: gone\n' });
  });
});

describe('check', () => {
  it('names a path that cannot be read, and continues', async () => {
    const { status, err } = await run('check /nonexistent');
    expect([status, err]).toEqual([1, 'upstart: cannot check /nonexistent: No such file or directory\n']);
    expect((await run('check', { config: () => [], brokenFiles: () => [] })).out).toBe('There are no job files.\n');
  });
});
