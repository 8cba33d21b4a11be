import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codePoint } from '../../../../test/code-point.ts';
import { FrameDecoder } from './frame-decoder.ts';
import {
  encodeAcknowledge,
  encodeCommand,
  encodeKeepFiles,
  encodeLook,
  encodeReady,
  type SpawnSetup,
} from './frame-encoder.ts';
import { LIMITS } from './frame-table.ts';
import { FrameError } from './frames.ts';
import type { Command, NotifySpec, Report, SpawnSpec, SpawnStep } from './process-messages.ts';
import { SPAWN_STEPS } from './process-messages.ts';
import { compileFramesDump } from './testing/compile.ts';
import { SPEC } from './testing/init.ts';

const { FRAME_BODY_MAX } = LIMITS;

type SentCommand = Exclude<Command, { type: 'kill-cgroup' }>;

const dumpProgram = compileFramesDump();

/** How the supervisor's own reader understands these bytes, a line for each frame. */
function understood(bytes: Buffer): string[] {
  return execFileSync(dumpProgram, { input: bytes, maxBuffer: 64 * 1024 * 1024 })
    .toString()
    .split('\n')
    .slice(0, -1);
}

const hex = (value: number | bigint | string): string => {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)));
  return bytes.toString('hex');
};

/** PROTOCOL.md once more, as `frames-dump` prints it. */
function line([command, setup]: [SentCommand, SpawnSetup]): string {
  const fields: [number, string][] = [];
  const add = (tag: number, value: number | string | null) => {
    if (value !== null) fields.push([tag, hex(value)]);
  };
  const types = {
    spawn: 2,
    signal: 3,
    'flush-logs': 4,
    end: 6,
    replace: 7,
    'standing-order': 11,
    'withdraw-standing-order': 12,
  };
  if (command.type === 'signal') {
    add(1, command.process);
    add(3, command.signal);
    add(17, Number(command.group));
  } else if (command.type === 'end') {
    add(18, command.status);
  } else if (command.type === 'standing-order' || command.type === 'withdraw-standing-order') {
    add(1, command.process);
  } else if (command.type === 'spawn') {
    const { spec } = command;
    add(35, ['none', 'output', 'owner', 'log'].indexOf(spec.console));
    add(37, spec.traceForks);
    add(47, Number(spec.debugStop));
    if (spec.orderable) add(52, 1);
    add(38, spec.umask);
    add(39, spec.nice);
    add(40, spec.oomScore);
    add(42, spec.chroot);
    add(43, spec.chdir);
    add(46, spec.apparmorProfile);
    for (const { resource, soft, hard } of spec.limits) {
      const [low, high] = [soft, hard].map((value) => hex(value === null ? -1 : BigInt(value)));
      fields.push([53, `${hex(resource === 'core' ? 4 : 7)}${low}${high}`]);
    }
    for (const file of spec.files ?? []) add(60, file);
    if (spec.notify && 'fd' in spec.notify) add(28, spec.notify.fd);
    else if (spec.notify) add(61, 1 + (spec.notify.access === 'all' ? 2 : 0) + (spec.notify.ownGroups ? 4 : 0));
    const { identity, entrance, refusal } = setup;
    add(54, identity.uid);
    add(55, identity.gid);
    if (identity.groups.length > 0)
      fields.push([56, Buffer.from(new Uint32Array(identity.groups).buffer).toString('hex')]);
    add(57, identity.notice || null);
    for (const file of entrance.files) add(58, file);
    add(59, entrance.jobFile);
    if (refusal) {
      add(5, SPAWN_STEPS.indexOf(refusal.step));
      add(4, refusal.errno);
      add(6, refusal.detail);
    }
    for (const text of spec.env) add(33, text);
    for (const text of spec.argv) add(32, text);
    add(34, spec.script);
    add(36, spec.logPath);
    add(51, spec.outputLabel);
  }
  return [`${types[command.type]} ${command.id}`, ...fields.map(([tag, text]) => `${tag}:${text}`)].join(' ');
}

const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\0', ' '));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const decimal = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);

const bareSpec: fc.Arbitrary<SpawnSpec> = fc.record({
  argv: fc.array(text, { minLength: 1 }),
  env: fc.array(text),
  script: optional(fc.string({ unit: codePoint })),
  console: fc.constantFrom('none', 'output', 'owner', 'log'),
  logPath: optional(text),
  outputLabel: optional(text),
  traceForks: fc.constantFrom(0, 1, 2),
  umask: optional(fc.integer({ min: 0, max: 0o777 })),
  nice: optional(fc.integer({ min: -20, max: 19 })),
  oomScore: optional(fc.integer({ min: -1000, max: 1000 })),
  limits: fc.array(
    fc.record({ resource: fc.constantFrom('nofile', 'core'), soft: optional(decimal), hard: optional(decimal) }),
  ),
  chroot: optional(text),
  chdir: optional(text),
  user: optional(text),
  group: optional(text),
  apparmorProfile: optional(text),
  cgroups: fc.array(fc.record({ controller: text, name: text, key: optional(text), value: optional(text) })),
  jobCgroup: optional(text),
  debugStop: fc.boolean(),
  orderable: fc.boolean(),
  files: fc.array(id, { maxLength: 3 }),
});
const notify: fc.Arbitrary<NotifySpec> = fc.oneof(
  fc.record({ fd: fc.integer({ min: 3, max: 255 }) }),
  fc.record({ access: fc.constantFrom('main', 'all'), ownGroups: fc.boolean() }),
);
const spec = fc
  .tuple(bareSpec, fc.option(notify))
  .map(([bare, added]): SpawnSpec => (added ? { ...bare, notify: added } : bare));

const command: fc.Arbitrary<SentCommand> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('spawn' as const), id, spec }) },
  fc.record({
    type: fc.constant('signal' as const),
    id,
    process: id,
    signal: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    group: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom('standing-order' as const, 'withdraw-standing-order' as const), id, process: id }),
  fc.record({ type: fc.constantFrom('flush-logs' as const, 'replace' as const), id }),
  fc.record({ type: fc.constant('end' as const), id, status: fc.integer({ min: 0, max: 255 }) }),
);

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 2 });
const setup: fc.Arbitrary<SpawnSetup> = fc.record({
  identity: fc.record({
    uid: optional(uint32),
    gid: optional(uint32),
    groups: fc.array(uint32),
    notice: text,
    refusal: fc.constant(null),
  }),
  entrance: fc.record({ files: fc.array(text), jobFile: optional(text) }),
  refusal: optional(
    fc.record({
      step: fc.constantFrom('setuid-lookup' as const, 'cgroup-setup' as const),
      errno: fc.nat(4095),
      detail: text,
    }),
  ),
});
const sent = fc.array(fc.tuple(command, setup), { maxLength: 30 });

test('the supervisor understands every command as it was meant', () => {
  fc.assert(
    fc.property(sent, (commands) => {
      const frames = commands.map((one) => encodeCommand(...one));
      expect(understood(Buffer.concat(frames))).toEqual(commands.map(line));
    }),
    { numRuns: 60 },
  );
});

test('what is no command', () => {
  const frames = [
    encodeReady(),
    encodeAcknowledge(77),
    encodeKeepFiles(9, [3, 4]),
    encodeLook(5, 6, 7),
    encodeLook(5, 6, null),
  ];
  expect(understood(Buffer.concat(frames))).toEqual([
    ...['1 0', '5 77', `19 9 60:${hex(3)} 60:${hex(4)}`],
    ...[`18 0 27:${hex(5)} 2:${hex(6)} 28:${hex(7)}`, `18 0 27:${hex(5)}`],
  ]);
});

test('the supervisor survives anything, and accepts no frame that is broken', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(command, damage, fc.nat(), (original, changes, cut) => {
      const bytes = encodeCommand(original);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      // the program is built with sanitizers: it would end with an error
      for (const text of understood(bytes.subarray(0, bytes.length - (cut % 3)))) {
        expect(text).toMatch(/^(refused|incomplete|\d+ \d+)/);
      }
    }),
    { numRuns: 150 },
  );
});

const field = (tag: number, value: Buffer | number | string, length?: number) => {
  const bytes = typeof value === 'number' ? Buffer.from(hex(value), 'hex') : Buffer.from(value as string);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag, 0);
  head.writeUInt32LE(length ?? bytes.length, 4);
  return Buffer.concat([head, bytes]);
};

const frame = (type: number, seq: number, ...fields: Buffer[]) => {
  const body = Buffer.concat(fields);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(1, 6);
  head.writeBigUInt64LE(BigInt(seq), 8);
  return Buffer.concat([head, body]);
};

const required = [field(35, 0), field(37, 0), field(47, 0)];
const REFUSED: [why: string, bytes: Buffer][] = [
  ['a field twice', frame(2, 1, ...required, field(35, 0))],
  ['a required field missing', frame(2, 1, field(35, 0), field(37, 0))],
  ['a field that does not belong in it', frame(2, 1, ...required, field(1, 1))],
  ['a field that does not belong in it', frame(1, 0, field(1, 1))],
  ['a field that is longer than the frame', frame(2, 1, ...required, field(32, 'x', 2))],
  ['a field that is longer than the frame', frame(2, 1, ...required, Buffer.alloc(3))],
  ['a number that is not 8 bytes long', frame(2, 1, field(35, 'abc'))],
  ['a number out of range', frame(2, 1, ...required.slice(1), field(35, 4))],
  ['a number out of range', frame(2, 1, ...required, field(38, 0o1000))],
  ['text with a NUL in it', frame(2, 1, ...required, field(32, 'a\0b'))],
  ['a resource limit that is not three numbers', frame(2, 1, ...required, field(53, 'x'.repeat(23)))],
  ['too large an id', frame(4, 2 ** 53)],
  ['a type that is not known', frame(64, 1)],
];

test('why the supervisor refuses a frame', () => {
  for (const [why, bytes] of REFUSED) expect(understood(bytes)).toEqual([`refused ${why}`]);
});

test('a body may have 2 MiB and not a byte more; a spawn that needs more is sent as one that fails', () => {
  const spawn = (length: number) =>
    encodeCommand({ type: 'spawn', id: 1, spec: { ...SPEC, script: 'x'.repeat(length) } });
  const overhead = spawn(0).length - 16;
  const largest = spawn(FRAME_BODY_MAX - overhead);
  expect(understood(largest)[0]).toMatch(/^2 1 .*34:7878/);
  expect(understood(spawn(FRAME_BODY_MAX - overhead + 1))).toEqual([
    `2 1 35:${hex(0)} 37:${hex(0)} 47:${hex(0)} 48:${hex(7)}`,
  ]);
  largest.writeUInt32LE(FRAME_BODY_MAX + 1, 0);
  expect(understood(largest)).toEqual(['refused too large a body']);
});

// --- reports ----------------------------------------------------------------------------------------------------------

const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const count = fc.nat();
const on = { process: id, pid: count };
const step = fc.constantFrom<SpawnStep>(...SPAWN_STEPS);

const report: fc.Arbitrary<Report> = fc.oneof(
  ...(['spawned', 'vanished', 'continued', 'exec-changed', 'expect-met'] as const).map((type) =>
    fc.record({ type: fc.constant(type), seq: id, ...on }),
  ),
  fc.record({ type: fc.constant('spawn-failed' as const), seq: id, process: id, step, errno: count, detail: text }),
  fc.record({ type: fc.constant('execed' as const), seq: id, process: id }),
  fc.record({
    type: fc.constant('exited' as const),
    seq: id,
    ...on,
    code: count,
    signal: count,
    core: fc.boolean(),
    usage: fc.record({ user: number, system: number, maxRss: number }),
  }),
  fc.record({ type: fc.constant('stopped' as const), seq: id, ...on, signal: count }),
  fc.record({ type: fc.constant('forked' as const), seq: id, ...on, oldPid: count }),
  fc.record({
    type: fc.constant('signalled' as const),
    seq: id,
    command: id,
    process: id,
    signal: count,
    errno: count,
  }),
  fc.record({ type: fc.constant('log-disabled' as const), seq: id, process: id, errno: count }),
  fc.record({ type: fc.constant('survivors' as const), seq: id, cgroup: text, count }),
  fc.record({ type: fc.constant('log-pipe' as const), seq: id, process: id, errno: count }),
  fc.record({ type: fc.constant('log-trouble' as const), seq: id, path: text, errno: count }),
  fc.record({ type: fc.constant('log-dropped' as const), seq: id, path: text, errno: count, count }),
  fc.record({ type: fc.constant('log-restored' as const), seq: id, path: text, errno: count, count }),
  fc.record({ type: fc.constant('log-not-rotated' as const), seq: id, path: text, errno: count }),
  fc.record({ type: fc.constant('signal' as const), seq: id, signal: count }),
  fc.record({
    type: fc.constant('peer' as const),
    seq: id,
    token: number,
    errno: count,
    pid: count,
    uid: count,
    gid: count,
  }),
  fc.record({ type: fc.constant('logger-replaced' as const), seq: id, pid: count }),
  fc.record({ type: fc.constant('notified' as const), seq: id, process: id, pid: count, errno: count, detail: text }),
  fc.record(
    { type: fc.constant('looked' as const), seq: id, token: number, count, errno: count, file: id },
    { requiredKeys: ['type', 'seq', 'token', 'count', 'errno'] },
  ),
);

/** Types and tags of PROTOCOL.md, by name. */
const TYPES: Record<Report['type'], number> = {
  spawned: 64,
  'spawn-failed': 65,
  execed: 66,
  exited: 67,
  vanished: 68,
  stopped: 69,
  continued: 70,
  forked: 71,
  'exec-changed': 72,
  'expect-met': 73,
  signalled: 74,
  'log-disabled': 75,
  survivors: 79,
  'log-pipe': 78,
  'log-trouble': 76,
  'log-dropped': 80,
  'log-restored': 81,
  'log-not-rotated': 82,
  signal: 77,
  peer: 83,
  'logger-replaced': 84,
  looked: 85,
  notified: 86,
};
const TAGS: Record<string, number> = {
  process: 1,
  pid: 2,
  signal: 3,
  errno: 4,
  step: 5,
  detail: 6,
  code: 7,
  core: 8,
  user: 9,
  system: 10,
  maxRss: 11,
  oldPid: 12,
  command: 13,
  path: 14,
  cgroup: 14,
  count: 22,
  token: 27,
  uid: 54,
  gid: 55,
  file: 60,
  notify: 61,
};

function encodeReport({ type, seq, ...rest }: Report): Buffer {
  const { usage, ...plain } = rest as { usage?: object } & Record<string, string | number | boolean>;
  const fields = Object.entries({ ...plain, ...usage }).map(([name, value]) => {
    if (name === 'step') return field(TAGS.step!, SPAWN_STEPS.indexOf(value as SpawnStep));
    return field(TAGS[name]!, typeof value === 'boolean' ? Number(value) : value);
  });
  return frame(TYPES[type], seq, ...fields);
}

test('each report has an example', () => {
  const sampled = fc.sample(report, { numRuns: 2000, seed: 1 }).map(({ type }) => type);
  expect([...new Set(sampled)].sort()).toEqual(Object.keys(TYPES).sort());
});

test('reports arrive as they were made, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(report), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (reports, sizes) => {
      const bytes = Buffer.concat(reports.map(encodeReport));
      const decoder = new FrameDecoder();
      const arrived: unknown[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = at + sizes[i % sizes.length]!;
        arrived.push(...decoder.push(bytes.subarray(at, end)));
        at = end;
      }
      expect(arrived).toEqual(reports.map((report) => ({ type: 'report', report })));
    }),
  );
});

const WRONG: [message: RegExp, bytes: Buffer][] = [
  [/type 5, which is not known/, frame(5, 1)],
  [/of type 66 lacks field 1/, frame(66, 1)],
  [/of type 66 has a field 2 that does not belong/, frame(66, 1, field(1, 1), field(2, 1))],
  [/of type 66 has field 1 twice/, frame(66, 1, field(1, 1), field(1, 1))],
  [/of type 66 has a number of 2 bytes in field 1/, frame(66, 1, field(1, 'ab'))],
  [/of type 66 has a broken field/, frame(66, 1, field(1, 'ab', 200))],
  [/of type 66 ends within a field/, frame(66, 1, field(1, 1), Buffer.alloc(2))],
  [
    /of type 65 has a number out of range in field 5/,
    frame(65, 1, field(1, 1), field(5, 1000), field(4, 1), field(6, '')),
  ],
  [/of 4294967295 bytes, at most 2097152/, Buffer.from('ffffffff420001000000000000000000', 'hex')],
  [/frames of version 2, expected 1/, Buffer.from('00000000420002000000000000000000', 'hex')],
];

test('what the client refuses', () => {
  for (const [message, bytes] of WRONG) {
    expect(() => new FrameDecoder().push(bytes)).toThrow(FrameError);
    expect(() => new FrameDecoder().push(bytes)).toThrow(message);
  }
});
