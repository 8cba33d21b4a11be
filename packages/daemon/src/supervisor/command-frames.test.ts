/** Frames of the daemon: the supervisor's own reader, in C, understands them, and accepts nothing that is broken. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codePoint } from '../../../../test/code-point.ts';
import {
  encodeAcknowledge,
  encodeCommand,
  encodeKeepFiles,
  encodeLook,
  encodeReady,
  type SpawnSetup,
} from './frame-encoder.ts';
import { LIMITS } from './frame-table.ts';
import { type Command, type NotifySpec, SPAWN_STEPS, type SpawnSpec } from './process-messages.ts';
import { compileFramesDump } from './testing/compile.ts';
import { SPEC } from './testing/init.ts';
import { field, frame, hex, id, text } from './testing/raw-frames.ts';

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
    deadline: 21,
  };
  if (command.type === 'signal') {
    add(1, command.process);
    add(3, command.signal);
    add(17, Number(command.group));
  } else if (command.type === 'end') {
    add(18, command.status);
  } else if (command.type === 'standing-order' || command.type === 'withdraw-standing-order') {
    add(1, command.process);
  } else if (command.type === 'deadline') {
    add(1, command.process);
    add(63, command.dueMs);
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
    add(63, spec.deadlineMs ?? null);
    if (spec.takesGroup) add(17, 1);
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

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
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
const spec = fc.tuple(bareSpec, fc.option(notify), fc.option(fc.nat()), fc.boolean()).map(
  ([bare, added, deadlineMs, takesGroup]): SpawnSpec => ({
    ...bare,
    ...(deadlineMs === null ? {} : { deadlineMs }),
    ...(added ? { notify: added } : {}),
    ...(takesGroup ? { takesGroup } : {}),
  }),
);

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
  fc.record({ type: fc.constant('deadline' as const), id, process: id, dueMs: fc.nat() }),
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
