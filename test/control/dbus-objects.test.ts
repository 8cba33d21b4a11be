/** Every method and property of the D-Bus objects, call by call, with the answers of the reference (dbus §2 to §6). */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DBusPeer, type PeerCall } from './dbus-peer.ts';
import { SessionInit } from './session-init.ts';

const MANAGER = '/com/ubuntu/Upstart';
const JOBS = `${MANAGER}/jobs`;
const OWN = 'com.ubuntu.Upstart0_6';
const PROPERTIES = 'org.freedesktop.DBus.Properties';
const INTROSPECTABLE = 'org.freedesktop.DBus.Introspectable';

let session: SessionInit;
let peer: DBusPeer;

beforeAll(async () => {
  session = await SessionInit.start({
    jobs: {
      svc: 'description "a service"\nauthor "me"\nversion "7"\nemits ping\nemits p*\nstart on a X=1 and b or c\nstop on d\nreload signal CONT\nexec sleep 1000\n',
      many: 'instance $N\nusage "give N"\nexec sleep 1000\n',
      plain: 'instance $N\nexec sleep 1000\n',
      bad: 'task\nexec false\n',
      'bad-start': 'pre-start exec false\nexec sleep 1000\n',
      'on-fail': 'task\nstart on fail-please\nexec false\n',
      'a.b_c-d': 'exec sleep 1000\n',
      é: 'instance $N\nexec sleep 1000\n',
      abstract: '',
      slow: 'instance $N\nexec sleep 1000\npost-stop exec sh -c "until [ -e $FLAG ]; do sleep 0.01; done"\n',
      once: 'pre-start exec test ! -e $FLAG\nexec sleep 1000\n',
    },
  });
  peer = await DBusPeer.on(session.socket);
});
afterAll(async () => {
  peer.close();
  await session.end();
  session.remove();
});

/** A call as a row: the object below `/com/ubuntu/Upstart`, the interface, the method, the signature and the arguments. */
type Row = [
  path: string,
  name: string | undefined,
  member: string,
  signature: string,
  body: PeerCall['body'],
  answer: unknown,
];

const unknown = (member: string, signature: string, name: string): string =>
  `DBus.UnknownMethod: Method "${member}" with signature "${signature}" on interface "${name}" doesn't exist\n`;
const M = '';
const SVC = '/jobs/svc';
const BAD_ARGS = (member: string): string => `DBus.InvalidArgs: Invalid arguments to ${member} method`;

async function inOrder(rows: readonly Row[]): Promise<void> {
  const found: unknown[] = [];
  for (const [below, name, member, signature, body = []] of rows) {
    const path = below.startsWith('//') ? below.slice(1) : `${MANAGER}${below}`;
    found.push([below, member, body, await peer.call({ path, interface: name, member, signature, body })]);
  }
  expect(found).toEqual(rows.map(([below, , member, , body = [], answer]) => [below, member, body, answer]));
}

const JOB = `${OWN}.Job`;
const INSTANCE = `${OWN}.Instance`;

describe('the manager', () => {
  test('finds jobs', () =>
    inOrder([
      [M, OWN, 'GetJobByName', 's', ['svc'], `${JOBS}/svc`],
      [M, OWN, 'GetJobByName', 's', ['a.b_c-d'], `${JOBS}/a_2eb_5fc_2dd`],
      [M, OWN, 'GetJobByName', 's', ['é'], `${JOBS}/_c3_a9`],
      [M, OWN, 'GetJobByName', 's', ['nope'], '~.Error.UnknownJob: Unknown job: nope'],
      [M, OWN, 'GetJobByName', 's', [''], 'DBus.InvalidArgs: Name may not be empty string'],
      [M, OWN, 'GetAllJobs', '', [], expect.arrayContaining([`${JOBS}/svc`, `${JOBS}/_c3_a9`, `${JOBS}/abstract`])],
      [M, OWN, 'ReloadConfiguration', '', [], []],
    ]));

  test('has variables', () =>
    inOrder([
      [M, OWN, 'SetEnv', 'assb', [[], 'A=1', true], []],
      [M, OWN, 'SetEnv', 'assb', [[], 'A=2', false], []],
      [M, OWN, 'GetEnv', 'ass', [[], 'A'], '1'],
      [M, OWN, 'SetEnvList', 'asasb', [[], ['A=3', 'B'], true], []],
      [M, OWN, 'GetEnv', 'ass', [[], 'A'], '3'],
      [M, OWN, 'GetEnv', 'ass', [[], 'B'], ''],
      [M, OWN, 'ListEnv', 'as', [[]], expect.arrayContaining(['A=3', 'B='])],
      [M, OWN, 'UnsetEnv', 'ass', [[], 'A'], []],
      [M, OWN, 'UnsetEnv', 'ass', [[], 'A'], []],
      [M, OWN, 'GetEnv', 'ass', [[], 'A'], 'DBus.InvalidArgs: No such variable: A'],
      [M, OWN, 'GetEnv', 'ass', [[], ''], 'DBus.InvalidArgs: Variable may not be empty string'],
      [M, OWN, 'UnsetEnvList', 'asas', [[], ['B', 'C']], []],
      [M, OWN, 'GetEnv', 'ass', [[], 'B'], 'DBus.InvalidArgs: No such variable: B'],
      [M, OWN, 'SetEnv', 'assb', [[], 'Z=1', true], []],
      [M, OWN, 'ResetEnv', 'as', [[]], []],
      [M, OWN, 'GetEnv', 'ass', [[], 'Z'], 'DBus.InvalidArgs: No such variable: Z'],
    ]));

  test('has those of an instance', () =>
    inOrder([
      ['/jobs/plain', JOB, 'Start', 'asb', [['N=1'], true], `${JOBS}/plain/1`],
      [M, OWN, 'SetEnv', 'assb', [['plain', '1'], 'A=1', true], []],
      [M, OWN, 'GetEnv', 'ass', [['plain', '1'], 'A'], '1'],
      [M, OWN, 'GetEnv', 'ass', [['plain', '1'], 'N'], '1'],
      [M, OWN, 'ListEnv', 'as', [['plain', '1']], expect.arrayContaining(['A=1', 'N=1'])],
      [M, OWN, 'UnsetEnv', 'ass', [['plain', '1'], 'A'], []],
      [M, OWN, 'ResetEnv', 'as', [['plain', '1']], []],
      ...(['ListEnv', 'ResetEnv'] as const).flatMap((member): Row[] => [
        [M, OWN, member, 'as', [['']], 'DBus.InvalidArgs: Job may not be empty string'],
        [M, OWN, member, 'as', [['', 'x']], 'DBus.InvalidArgs: Job may not be empty string'],
        [M, OWN, member, 'as', [['nope']], '~.Error.UnknownJob: Unknown job: nope'],
        [M, OWN, member, 'as', [['nope', 'x']], '~.Error.UnknownJob: Unknown job: nope'],
        [M, OWN, member, 'as', [['plain', 'x']], '~.Error.UnknownJobInstance: Unknown instance: x of job plain'],
        [M, OWN, member, 'as', [['plain']], '~.Error.UnknownJobInstance: Unknown instance: (null) of job plain'],
      ]),
      [M, OWN, 'GetEnv', 'ass', [['nope', ''], 'A'], '~.Error.UnknownJob: Unknown job: nope'],
      [
        M,
        OWN,
        'SetEnv',
        'assb',
        [['plain', ''], 'A', true],
        '~.Error.UnknownJobInstance: Unknown instance:  of job plain',
      ],
      [
        M,
        OWN,
        'SetEnvList',
        'asasb',
        [['plain'], [], true],
        '~.Error.UnknownJobInstance: Unknown instance: (null) of job plain',
      ],
      [M, OWN, 'UnsetEnvList', 'asas', [[''], []], 'DBus.InvalidArgs: Job may not be empty string'],
    ]));

  test('emits events', () =>
    inOrder([
      [M, OWN, 'EmitEvent', 'sasb', ['ev', ['A=1'], true], []],
      [M, OWN, 'EmitEvent', 'sasb', ['ev', [], false], []],
      [M, OWN, 'EmitEvent', 'sasb', ['', [], true], 'DBus.InvalidArgs: Name may not be empty string'],
      [M, OWN, 'EmitEvent', 'sasb', ['ev', ['A'], true], 'DBus.InvalidArgs: Env must be KEY=VALUE pairs'],
      [M, OWN, 'EmitEvent', 'sasb', ['fail-please', [], true], '~.Error.EventFailed: Event failed'],
      [M, OWN, 'EmitEvent', 'sasb', ['fail-please', [], false], []],
    ]));

  test('takes notes, and has no state to give away', () =>
    inOrder([
      [M, OWN, 'NotifyDiskWriteable', '', [], []],
      [M, OWN, 'NotifyCGroupManagerAddress', 's', ['unix:abstract=/x'], []],
      [M, OWN, 'NotifyDBusAddress', 's', ['nothing'], 'DBus.BadAddress: Address does not contain a colon'],
      [
        M,
        OWN,
        'NotifyDBusAddress',
        's',
        ['unix:path=/nope'],
        'DBus.FileNotFound: Failed to connect to socket /nope: No such file or directory',
      ],
      [M, OWN, 'GetState', '', [], 'DBus.NotSupported: The state of init is not available over D-Bus'],
    ]));
});

describe('a job', () => {
  const MANY = '/jobs/many';
  test('starts, restarts and stops', () =>
    inOrder([
      [SVC, JOB, 'GetAllInstances', '', [], []],
      [SVC, JOB, 'GetInstance', 'as', [[]], '~.Error.UnknownInstance: Unknown instance: '],
      [SVC, JOB, 'GetInstanceByName', 's', [''], '~.Error.UnknownInstance: Unknown instance: '],
      [SVC, JOB, 'Stop', 'asb', [[], true], '~.Error.UnknownInstance: Unknown instance: '],
      [SVC, JOB, 'Restart', 'asb', [[], true], '~.Error.UnknownInstance: Unknown instance: '],
      [SVC, JOB, 'Start', 'asb', [[], true], `${JOBS}/svc/_`],
      [SVC, JOB, 'Start', 'asb', [[], true], '~.Error.AlreadyStarted: Job is already running: svc'],
      [SVC, JOB, 'Start', 'asb', [[], false], '~.Error.AlreadyStarted: Job is already running: svc'],
      [SVC, JOB, 'GetInstance', 'as', [[]], `${JOBS}/svc/_`],
      [SVC, JOB, 'GetInstanceByName', 's', [''], `${JOBS}/svc/_`],
      [SVC, JOB, 'GetAllInstances', '', [], [`${JOBS}/svc/_`]],
      [SVC, JOB, 'Restart', 'asb', [['A=1'], true], `${JOBS}/svc/_`],
      [SVC, JOB, 'Restart', 'asb', [['A'], true], 'DBus.InvalidArgs: Env must be KEY=VALUE pairs'],
      [SVC, JOB, 'Stop', 'asb', [['A'], true], 'DBus.InvalidArgs: Env must be KEY=VALUE pairs'],
      [SVC, JOB, 'Stop', 'asb', [[], true], []],
      [SVC, JOB, 'GetAllInstances', '', [], []],
    ]));

  test('has instances with names', () =>
    inOrder([
      [MANY, JOB, 'Start', 'asb', [[], true], 'DBus.InvalidArgs: Unknown parameter: N\nUsage: give N'],
      [MANY, JOB, 'GetInstance', 'as', [[]], 'DBus.InvalidArgs: Unknown parameter: N\nUsage: give N'],
      [MANY, JOB, 'Restart', 'asb', [[], true], 'DBus.InvalidArgs: Unknown parameter: N'],
      [MANY, JOB, 'Stop', 'asb', [[], true], 'DBus.InvalidArgs: Unknown parameter: N'],
      ['/jobs/plain', JOB, 'Start', 'asb', [[], true], 'DBus.InvalidArgs: Unknown parameter: N'],
      [MANY, JOB, 'Start', 'asb', [['N'], true], 'DBus.InvalidArgs: Env must be KEY=VALUE pairs'],
      [MANY, JOB, 'GetInstance', 'as', [['N']], 'DBus.InvalidArgs: Env must be KEY=VALUE pairs'],
      [MANY, JOB, 'Start', 'asb', [['N=a/b'], true], `${JOBS}/many/a_2fb`],
      [MANY, JOB, 'Start', 'asb', [['N=é'], false], `${JOBS}/many/_c3_a9`],
      [MANY, JOB, 'Start', 'asb', [['N=a/b'], true], '~.Error.AlreadyStarted: Job is already running: many (a/b)'],
      [MANY, JOB, 'GetInstance', 'as', [['N=c']], '~.Error.UnknownInstance: Unknown instance: c'],
      [MANY, JOB, 'GetInstanceByName', 's', ['a/b'], `${JOBS}/many/a_2fb`],
      [MANY, JOB, 'GetInstanceByName', 's', ['c'], '~.Error.UnknownInstance: Unknown instance: c'],
      [MANY, JOB, 'Restart', 'asb', [['N=c'], true], '~.Error.UnknownInstance: Unknown instance: c'],
      [MANY, JOB, 'GetAllInstances', '', [], [`${JOBS}/many/a_2fb`, `${JOBS}/many/_c3_a9`]],
      ['/jobs/many/_c3_a9', PROPERTIES, 'Get', 'ss', [INSTANCE, 'name'], { s: 'é' }],
      [MANY, JOB, 'Stop', 'asb', [['N=é'], true], []],
      ['/jobs/_c3_a9', JOB, 'Start', 'asb', [['N=-._'], true], `${JOBS}/_c3_a9/_2d_2e_5f`],
      ['/jobs/_c3_a9', PROPERTIES, 'Get', 'ss', [JOB, 'name'], { s: 'é' }],
      ['/jobs/_c3_a9/_2d_2e_5f', INSTANCE, 'Stop', 'b', [true], []],
    ]));

  test('fails', () =>
    inOrder([
      ['/jobs/bad', JOB, 'Start', 'asb', [[], true], '~.Error.JobFailed: Job failed to start'],
      ['/jobs/bad', JOB, 'Start', 'asb', [[], false], `${JOBS}/bad/_`],
      ['/jobs/bad_2dstart', JOB, 'Start', 'asb', [[], true], '~.Error.JobFailed: Job failed to start'],
    ]));

  test('is stopped once, and what comes last counts', async () => {
    const flag = join(session.home, 'flag');
    await inOrder([
      [M, OWN, 'SetEnv', 'assb', [[], `FLAG=${flag}`, true], []],
      ['/jobs/slow', JOB, 'Start', 'asb', [['N=a'], true], `${JOBS}/slow/a`],
      ['/jobs/slow', JOB, 'Stop', 'asb', [['N=a'], false], []],
      [
        '/jobs/slow',
        JOB,
        'Stop',
        'asb',
        [['N=a'], true],
        '~.Error.AlreadyStopped: Job has already been stopped: slow (a)',
      ],
      ['/jobs/slow', JOB, 'Restart', 'asb', [['N=a'], true], '~.Error.AlreadyStopped: Job has already been stopped: a'],
      ['/jobs/slow/a', INSTANCE, 'Stop', 'b', [true], '~.Error.AlreadyStopped: Job has already been stopped: slow (a)'],
      ['/jobs/slow/a', INSTANCE, 'Restart', 'b', [true], '~.Error.AlreadyStopped: Job has already been stopped: a'],
    ]);
    const other = await DBusPeer.on(session.socket);
    const start = other.call({
      path: `${JOBS}/slow/a`,
      interface: INSTANCE,
      member: 'Start',
      signature: 'b',
      body: [true],
    });
    await other.call({ path: MANAGER, interface: OWN, member: 'GetAllJobs' });
    await inOrder([['/jobs/slow/a', INSTANCE, 'Stop', 'b', [false], []]]);
    expect(await start).toEqual([]);
    other.close();
    writeFileSync(flag, '');
    await inOrder([['/jobs/once', JOB, 'Start', 'asb', [[], true], '~.Error.JobFailed: Job failed to start']]);
    rmSync(flag);
    await inOrder([['/jobs/once', JOB, 'Start', 'asb', [[], true], `${JOBS}/once/_`]]);
    writeFileSync(flag, '');
    await inOrder([['/jobs/once', JOB, 'Restart', 'asb', [[], true], '~.Error.JobFailed: Job failed to restart']]);
  });

  test('has properties', () =>
    inOrder([
      [
        SVC,
        PROPERTIES,
        'GetAll',
        's',
        [JOB],
        {
          name: { s: 'svc' },
          description: { s: 'a service' },
          author: { s: 'me' },
          version: { s: '7' },
          usage: { s: '' },
          start_on: { a: [['a', 'X=1'], ['b'], ['/AND'], ['c'], ['/OR']] },
          stop_on: { a: [['d']] },
          emits: { a: ['ping', 'p*'] },
        },
      ],
      [MANY, PROPERTIES, 'Get', 'ss', [JOB, 'usage'], { s: 'give N' }],
      ['/jobs/abstract', PROPERTIES, 'Get', 'ss', ['', 'start_on'], { a: [] }],
      ['/jobs/abstract', PROPERTIES, 'Get', 'ss', ['', 'author'], { s: '' }],
      [SVC, PROPERTIES, 'Set', 'ssv', [JOB, 'name', ['s', 'x']], 'DBus.AccessDenied: The name property is read-only'],
      [SVC, PROPERTIES, 'Set', 'ssv', ['', 'emits', ['s', 'x']], 'DBus.AccessDenied: The emits property is read-only'],
    ]));
});

describe('an instance', () => {
  const PATH = '/jobs/svc/_';
  test('keeps its object as long as it lives', () =>
    inOrder([
      [PATH, INSTANCE, 'Start', 'b', [true], unknown('Start', 'b', INSTANCE)],
      [PATH, PROPERTIES, 'GetAll', 's', [''], unknown('GetAll', 's', PROPERTIES)],
      [SVC, JOB, 'Start', 'asb', [[], true], `${JOBS}/svc/_`],
      [PATH, INSTANCE, 'Start', 'b', [true], '~.Error.AlreadyStarted: Job is already running: svc'],
      [PATH, INSTANCE, 'Reload', '', [], []],
      [PATH, INSTANCE, 'Restart', 'b', [true], []],
      [PATH, INSTANCE, 'Restart', 'b', [false], []],
      [PATH, PROPERTIES, 'Get', 'ss', [INSTANCE, 'goal'], { s: 'start' }],
      [
        PATH,
        PROPERTIES,
        'Set',
        'ssv',
        [INSTANCE, 'goal', ['s', 'stop']],
        'DBus.AccessDenied: The goal property is read-only',
      ],
      [PATH, INSTANCE, 'Stop', 'b', [true], []],
      [PATH, INSTANCE, 'Stop', 'b', [true], unknown('Stop', 'b', INSTANCE)],
      [PATH, PROPERTIES, 'Get', 'ss', [INSTANCE, 'state'], unknown('Get', 'ss', PROPERTIES)],
    ]));

  test('has properties', () =>
    inOrder([
      ['/jobs/abstract', JOB, 'Start', 'asb', [[], true], `${JOBS}/abstract/_`],
      ['/jobs/abstract/_', INSTANCE, 'Reload', '', [], '~.Error.NotRunning: Job is not running: abstract'],
      [
        '/jobs/abstract/_',
        PROPERTIES,
        'GetAll',
        's',
        [INSTANCE],
        {
          name: { s: '' },
          goal: { s: 'start' },
          state: { s: 'running' },
          processes: { a: [] },
        },
      ],
      [SVC, JOB, 'Start', 'asb', [[], true], `${JOBS}/svc/_`],
      [PATH, PROPERTIES, 'Get', 'ss', ['', 'processes'], { a: [['main', expect.any(Number)]] }],
      [PATH, INSTANCE, 'Stop', 'b', [true], []],
    ]));
});

describe('the interfaces of D-Bus', () => {
  test('read and write properties', () =>
    inOrder([
      [M, PROPERTIES, 'Get', 'ss', [OWN, 'version'], { s: expect.stringMatching(/^init \(upstart [\d.]+\)$/) }],
      [M, PROPERTIES, 'Get', 'ss', ['', 'log_priority'], { s: 'message' }],
      [M, PROPERTIES, 'Set', 'ssv', [OWN, 'log_priority', ['s', 'error']], []],
      [M, PROPERTIES, 'Get', 'ss', [OWN, 'log_priority'], { s: 'error' }],
      [M, PROPERTIES, 'Set', 'ssv', ['', 'log_priority', ['s', 'message']], []],
      [
        M,
        PROPERTIES,
        'Set',
        'ssv',
        [OWN, 'log_priority', ['s', 'loud']],
        'DBus.InvalidArgs: The log priority given was not recognised',
      ],
      [
        M,
        PROPERTIES,
        'Set',
        'ssv',
        [OWN, 'log_priority', ['i', 1]],
        'DBus.InvalidArgs: Invalid arguments to log_priority property',
      ],
      [
        M,
        PROPERTIES,
        'Set',
        'ssv',
        [OWN, 'log_priority', ['as', ['info']]],
        'DBus.InvalidArgs: Invalid arguments to log_priority property',
      ],
      [
        M,
        PROPERTIES,
        'Set',
        'ssv',
        [OWN, 'version', ['s', 'x']],
        'DBus.AccessDenied: The version property is read-only',
      ],
      [M, PROPERTIES, 'GetAll', 's', [OWN], { version: expect.anything(), log_priority: { s: 'message' } }],
      [M, PROPERTIES, 'GetAll', 's', [''], { version: expect.anything(), log_priority: { s: 'message' } }],
      [M, PROPERTIES, 'GetAll', 's', ['com.nope'], {}],
      [M, PROPERTIES, 'GetAll', 's', [JOB], {}],
      [SVC, PROPERTIES, 'GetAll', 's', [OWN], {}],
      [M, PROPERTIES, 'Get', 'ss', [OWN, 'nope'], unknown('Get', 'ss', PROPERTIES)],
      [M, PROPERTIES, 'Get', 'ss', [OWN, 'toString'], unknown('Get', 'ss', PROPERTIES)],
      [M, PROPERTIES, 'Get', 'ss', ['com.nope', 'version'], unknown('Get', 'ss', PROPERTIES)],
      [M, PROPERTIES, 'Set', 'ssv', ['com.nope', 'version', ['s', '']], unknown('Set', 'ssv', PROPERTIES)],
      [M, PROPERTIES, 'Set', 'ssv', [OWN, 'nope', ['s', '']], unknown('Set', 'ssv', PROPERTIES)],
    ]));

  test('are what a call without an interface may mean', () =>
    inOrder([
      [M, undefined, 'GetJobByName', 's', ['svc'], `${JOBS}/svc`],
      [M, undefined, 'Get', 'ss', ['', 'log_priority'], { s: 'message' }],
      [SVC, undefined, 'GetAllInstances', '', [], []],
      [SVC, undefined, 'GetJobByName', 's', ['svc'], unknown('GetJobByName', 's', '(null)')],
      [M, undefined, 'Ping', '', [], []],
      [M, undefined, 'Nope', 'u', [1], unknown('Nope', 'u', '(null)')],
    ]));

  test.each([
    [
      '',
      OWN,
      [
        'GetJobByName',
        'GetEnv',
        'SetEnv',
        'SetEnvList',
        'UnsetEnv',
        'UnsetEnvList',
        'ListEnv',
        'ResetEnv',
        'EmitEvent',
        'NotifyDBusAddress',
        'NotifyCGroupManagerAddress',
      ],
    ],
    [SVC, JOB, ['GetInstance', 'GetInstanceByName', 'Start', 'Stop', 'Restart']],
    ['/jobs/abstract/_', INSTANCE, ['Start', 'Stop', 'Restart']],
    ['', PROPERTIES, ['Get', 'Set', 'GetAll']],
  ])('and those of Upstart want the right arguments: %s %s', (path, name, members) =>
    inOrder(
      members.flatMap((member): Row[] => [
        [path, name, member, '', [], BAD_ARGS(member)],
        [path, name, member, 'u', [1], BAD_ARGS(member)],
        [path, name, member, 'sasbsv', ['', [], true, '', ['s', '']], BAD_ARGS(member)],
      ]),
    ),
  );

  test.each(['ReloadConfiguration', 'GetAllJobs', 'GetState', 'Restart', 'NotifyDiskWriteable', 'EndSession'])(
    '%s has no arguments',
    (member) => inOrder([[M, OWN, member, 's', ['x'], BAD_ARGS(member)]]),
  );

  test('are at objects only', () =>
    inOrder([
      [M, 'com.nope', 'GetAllJobs', '', [], unknown('GetAllJobs', '', 'com.nope')],
      [M, OWN, 'toString', '', [], unknown('toString', '', OWN)],
      ...[
        '//',
        '//com',
        '//com/ubuntu',
        '/jobs',
        '/nope',
        '/jobs/nope',
        '/jobs/nope/_',
        '/jobs/svc/_/x',
        '/jobs/_',
        '/jobs/_zz',
        '//nope',
      ].flatMap((path): Row[] => [
        [path, OWN, 'GetAllJobs', '', [], unknown('GetAllJobs', '', OWN)],
        [path, JOB, 'GetAllInstances', '', [], unknown('GetAllInstances', '', JOB)],
        [path, PROPERTIES, 'GetAll', 's', [''], unknown('GetAll', 's', PROPERTIES)],
        [path, 'org.freedesktop.DBus.Peer', 'Ping', '', [], []],
        [path, 'org.freedesktop.DBus.Peer', 'GetMachineId', '', [], expect.stringMatching(/^[0-9a-f]{32}$/)],
      ]),
      [M, 'org.freedesktop.DBus', 'Hello', '', [], unknown('Hello', '', 'org.freedesktop.DBus')],
      [
        '//org/freedesktop/DBus',
        'org.freedesktop.DBus',
        'AddMatch',
        's',
        [''],
        unknown('AddMatch', 's', 'org.freedesktop.DBus'),
      ],
    ]));

  test('describe each object, and the nodes between', async () => {
    const nodes = async (path: string): Promise<unknown> => {
      const text = await peer.call({ path, interface: INTROSPECTABLE, member: 'Introspect' });
      return (
        String(text)
          .match(/<(node|interface) name="[^"]*"/g)
          ?.map((tag) => tag.replace(/<|name=|"/g, '')) ?? text
      );
    };
    const standard = [`interface ${PROPERTIES}`, `interface ${INTROSPECTABLE}`];
    expect(await nodes('/')).toEqual(['node com']);
    expect(await nodes('/com')).toEqual(['node ubuntu']);
    expect(await nodes('/com/ubuntu')).toEqual(['node Upstart']);
    expect(await nodes(MANAGER)).toEqual([`node ${MANAGER}`, `interface ${OWN}`, ...standard, 'node jobs']);
    const jobs = [
      '_c3_a9',
      'a_2eb_5fc_2dd',
      'abstract',
      'bad',
      'bad_2dstart',
      'many',
      'on_2dfail',
      'once',
      'plain',
      'slow',
      'svc',
    ];
    expect(await nodes(JOBS)).toEqual(jobs.map((job) => `node ${job}`));
    expect(await nodes(`${JOBS}/many`)).toEqual([`node ${JOBS}/many`, `interface ${JOB}`, ...standard, 'node a_2fb']);
    expect(await nodes(`${JOBS}/many/a_2fb`)).toEqual([
      `node ${JOBS}/many/a_2fb`,
      `interface ${INSTANCE}`,
      ...standard,
    ]);
    expect(await nodes(`${JOBS}/nope`)).toBe(unknown('Introspect', '', INTROSPECTABLE));
  });
});

test('calls that expect no reply are carried out, and get none', async () => {
  const call: PeerCall = {
    path: `${JOBS}/plain`,
    interface: JOB,
    member: 'Start',
    signature: 'asb',
    body: [['N=quiet'], true],
  };
  const quiet = [peer.send(call, false), peer.send(call, false), peer.send({ ...call, member: 'Nope' }, false)];
  await inOrder([['/jobs/plain', JOB, 'GetInstanceByName', 's', ['quiet'], `${JOBS}/plain/quiet`]]);
  expect(quiet.map((serial) => peer.isAnswered(serial))).toEqual([false, false, false]);
});

test('a caller that goes while it waits changes nothing', async () => {
  const other = await DBusPeer.on(session.socket);
  other.send({ path: `${JOBS}/plain`, interface: JOB, member: 'Start', signature: 'asb', body: [['N=gone'], true] });
  await other.call({ path: MANAGER, interface: OWN, member: 'GetAllJobs' });
  other.close();
  await inOrder([['/jobs/plain', JOB, 'GetInstanceByName', 's', ['gone'], `${JOBS}/plain/gone`]]);
});
