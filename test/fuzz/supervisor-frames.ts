/** The frames between supervisor and daemon, damaged: at the daemon's end, and at the supervisor's under sanitizers. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  encodeAcknowledge,
  encodeCommand,
  encodeLogRotation,
  encodeReady,
  encodeSay,
  FrameDecoder,
  FrameError,
} from '../../packages/daemon/src/process/frames.ts';
import type { SpawnSpec } from '../../packages/daemon/src/process-messages.ts';
import type { Random } from '../chaos/random.ts';
import { CHECKOUT } from '../chaos/session.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

const SPEC: SpawnSpec = {
  argv: ['/bin/sh', '-e', '/proc/self/fd/9'],
  env: ['PATH=/bin', 'UPSTART_JOB=web'],
  script: 'echo one\necho two\n',
  console: 'log',
  logPath: '/var/log/upstart/web.log',
  outputLabel: 'web',
  traceForks: 2,
  umask: 0o22,
  nice: -5,
  oomScore: 100,
  limits: [{ resource: 'nofile', soft: '1024', hard: null }],
  chroot: '/',
  chdir: '/tmp',
  user: 'nobody',
  group: 'nogroup',
  apparmorProfile: 'web',
  cgroups: [{ controller: 'memory', name: 'upstart/web', key: 'max', value: '50M' }],
  jobCgroup: 'upstart/web',
  debugStop: true,
};

/** What a daemon sends. */
const SENT = Buffer.concat([
  encodeReady(),
  encodeCommand({ type: 'spawn', id: 1, spec: SPEC }),
  encodeCommand({ type: 'signal', id: 2, process: 1, signal: 15, group: true }),
  encodeCommand({ type: 'flush-logs', id: 3 }),
  encodeLogRotation({ size: 1, age: 2, keep: 3 }),
  encodeCommand({ type: 'kill-cgroup', id: 4, cgroup: 'upstart/web' }),
  encodeSay('init: web has ended'),
  encodeAcknowledge(9),
  encodeCommand({ type: 'end', id: 5, status: 0 }),
]);

/** What a supervisor sends: a frame of each type with fields as they come. */
function received(random: Random): Buffer {
  const types = [32, 33, 34, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77];
  return Buffer.concat(
    Array.from({ length: random.below(6, 1) }, () => {
      const tags = Array.from({ length: random.below(9) }, () => random.below(18, 1));
      const fields = tags.map((tag) =>
        field(tag, tag === 6 || tag === 14 ? Buffer.from('/some/path') : number(random)),
      );
      const body = Buffer.concat(fields);
      const header = Buffer.alloc(16);
      header.writeUInt32LE(body.length, 0);
      header.writeUInt16LE(random.pick(types), 4);
      header.writeUInt16LE(1, 6);
      header.writeBigUInt64LE(BigInt(random.below(100)), 8);
      return Buffer.concat([header, body]);
    }),
  );
}

function number(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(random.below(2 ** 16)) - 2n ** 15n);
  return bytes;
}

function field(tag: number, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(tag, 0);
  header.writeUInt32LE(value.length, 4);
  return Buffer.concat([header, value]);
}

export const daemonEnd: Fuzzer = {
  name: 'supervisor-frames-daemon',
  async run(time, random) {
    let inputs = 0;
    for (; time.isLeft; inputs++) {
      const frames = received(random);
      const input = random.chance(0.5) ? mutate(frames, random) : frames;
      await blaming(input, () => decode(input, random));
    }
    return inputs;
  },
};

/** In pieces; nothing but a FrameError may come of it. */
function decode(input: Buffer, random: Random): void {
  const decoder = new FrameDecoder();
  try {
    for (let at = 0; at < input.length; ) {
      const end = at + random.below(input.length, 1);
      decoder.push(input.subarray(at, end));
      at = end;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
}

export const supervisorEnd: Fuzzer = {
  name: 'supervisor-frames-supervisor',
  async run(time, random) {
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const program = join(folder, 'frames-dump');
    const sources = ['frames.c', 'test/frames-dump.c'].map((name) =>
      join(CHECKOUT, 'packages/daemon/supervisor', name),
    );
    const sanitize = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
    try {
      execFileSync('cc', ['-std=gnu11', '-O1', ...sanitize, '-o', program, ...sources]);
      let inputs = 0;
      for (; time.isLeft; inputs++) {
        const input = mutate(SENT, random);
        await blaming(input, () => {
          const { status, stderr } = spawnSync(program, { input });
          if (status !== 0) throw new Error(`status ${status}: ${stderr}`);
        });
      }
      return inputs;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
