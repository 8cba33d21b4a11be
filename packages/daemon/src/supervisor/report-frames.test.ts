/** Frames of the supervisor: every report arrives as it was made, and nothing that is broken is accepted. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameDecoder } from './frame-decoder.ts';
import { FrameError } from './frames.ts';
import { type Report, SPAWN_STEPS, type SpawnStep } from './process-messages.ts';
import { field, frame, id, text } from './testing/raw-frames.ts';

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
  fc.record({ type: fc.constant('log-rotated' as const), seq: id, path: text, errno: count }),
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
  'log-rotated': 87,
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
