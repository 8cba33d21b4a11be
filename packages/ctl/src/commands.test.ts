import { VERSION } from '@upstart/common';
import { AddressError, RUN_LOCALLY, TimeoutError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { COMMANDS, runCommand } from './commands.ts';
import { type Call, instance, run, running, stopped } from './testing/commands.ts';

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
    const scopes: string[] = [];
    for (const words of ['', ' --user', ' --json --system', ' --session --json'])
      await run(`status svc${words}`, { scopes });
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
    const scopes: string[] = [];
    const buses: string[] = [];
    await run(line, { answers: { status: running, start: { instance: '' } }, scopes, buses });
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
    const scopes: string[] = [];
    const buses: string[] = [];
    await run(line, { env, isStranger: true, answers: { status: running }, scopes, buses });
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

describe('--timeout', () => {
  it('gives up waiting, says so and where things are, and fails', async () => {
    const starting = { job: 'svc', instances: [instance([], { state: 'starting' })] };
    const answers = { start: new TimeoutError('start', 5000), status: starting };
    const limits: number[] = [];
    expect(await run('start svc --timeout=5', { answers, limits })).toMatchObject({
      out: '',
      err: 'start: Timed out after 5 seconds; still in progress: svc start/starting\n',
      status: 1,
    });
    expect(limits).toEqual([5000]);
    const emitted = await run('initctl emit --timeout 1 up', { answers: { emit: new TimeoutError('emit', 1000) } });
    expect(emitted.err).toBe('initctl: Timed out after 1 second; still in progress: event up\n');
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
