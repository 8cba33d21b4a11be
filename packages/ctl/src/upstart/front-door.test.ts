/** The command line of `upstart`, on a daemon that gives fixed answers. */
import { VERSION } from '@upstart/common';
import { ConnectionError, RUN_LOCALLY } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './commands/all.ts';
import { fail, run } from './testing/run.ts';

describe('the command line', () => {
  it.each([
    ['', 'missing command', 'upstart --help'],
    ['pss', 'unknown command: pss; did you mean ps?', 'upstart --help'],
    ['ps --faild', 'unknown option: --faild; did you mean --failed?', 'upstart ps --help'],
    ['ps -x', 'unknown option: -x', 'upstart ps --help'],
    ['ps web =3', 'KEY=VALUE expected, not =3', 'upstart ps --help'],
    ['chain web db', 'unexpected word: db', 'upstart chain --help'],
    ['start', 'missing job name', 'upstart start --help'],
    ['start --timeout 3 --no-wait', 'missing job name', 'upstart start --help'],
    ['start -v web', 'unknown option: -v', 'upstart start --help'],
    ['start --wiat=no', 'unknown option: --wiat=no; did you mean --wait?', 'upstart start --help'],
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

  it('has no option that takes the words behind its value, too', () => {
    for (const { name, options } of COMMANDS)
      for (const [option, row] of Object.entries(options ?? {}))
        if ('array' in row && row.array) expect([name, option, 'nargs' in row && row.nargs]).toEqual([name, option, 1]);
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

describe('commands that last, and those that read the files of the caller', () => {
  it.each(['logs', 'events', 'check', 'doctor', 'sessions', 'ps --watch', 'list --user', 'ps --system'])(
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
