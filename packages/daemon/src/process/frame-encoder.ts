/** Frames to the supervisor: commands, and what else a daemon says. */
import { encodeText, mayHoldBytes } from '@upstart/protocol';
import type { Command, LogRotation, SpawnSpec } from '../process-messages.ts';
import { FIELD_HEADER, FRAME_BODY_MAX, FRAME_HEADER, FRAME_VERSION, TAG, writeNumber } from './frames.ts';

/** Types of the frames that a daemon sends. */
const SENT = {
  ready: 1,
  spawn: 2,
  signal: 3,
  'flush-logs': 4,
  acknowledge: 5,
  end: 6,
  replace: 7,
  rotation: 8,
  'kill-cgroup': 9,
  say: 10,
} as const;

const CONSOLES: readonly SpawnSpec['console'][] = ['none', 'output', 'owner', 'log'];

/** Error numbers that stand for a spawn that no frame can hold. */
const E2BIG = 7;
const EINVAL = 22;

interface Field {
  tag: number;
  value: number | string | Buffer;
  /** Of the value, in bytes. */
  length: number;
}

function field(tag: number, value: number | string | Buffer): Field {
  const length = typeof value === 'number' ? 8 : typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  return { tag, value, length };
}

const UNLIMITED = 2n ** 64n - 1n;

function limitField({ resource, soft, hard }: SpawnSpec['limits'][number]): Field {
  const bytes = Buffer.alloc(16 + Buffer.byteLength(resource));
  bytes.writeBigUInt64LE(BigInt.asUintN(64, soft === null ? UNLIMITED : BigInt(soft)), 0);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, hard === null ? UNLIMITED : BigInt(hard)), 8);
  bytes.write(resource, 16);
  return field(TAG.limit, bytes);
}

/** Four texts with a NUL between them. */
function cgroupField({ controller, name, key, value }: SpawnSpec['cgroups'][number]): Field {
  return field(TAG.cgroup, Buffer.from([controller, name, key ?? '', value ?? ''].join('\0')));
}

function spawnFields(spec: SpawnSpec): Field[] {
  const optional: [number, number | string | null][] = [
    [TAG.logPath, spec.logPath],
    [TAG.outputLabel, spec.outputLabel],
    [TAG.umask, spec.umask],
    [TAG.nice, spec.nice],
    [TAG.oomScore, spec.oomScore],
    [TAG.chroot, spec.chroot],
    [TAG.chdir, spec.chdir],
    [TAG.userName, spec.user],
    [TAG.groupName, spec.group],
    [TAG.apparmor, spec.apparmorProfile],
    [TAG.jobCgroup, spec.jobCgroup],
  ];
  return [
    field(TAG.console, CONSOLES.indexOf(spec.console)),
    field(TAG.traceForks, spec.traceForks),
    field(TAG.debugStop, spec.debugStop ? 1 : 0),
    ...optional.flatMap(([tag, value]) => (value === null ? [] : [field(tag, value)])),
    ...spec.limits.map(limitField),
    ...spec.cgroups.map(cgroupField),
    ...(spec.script === null ? [] : [field(TAG.script, encodeText(spec.script))]),
    ...textFields(TAG.argument, spec.argv),
    ...textFields(TAG.environment, spec.env),
  ];
}

/** Text of job files and clients may stand for any bytes. Most of it is what it looks like, and written as it is. */
function textFields(tag: number, texts: readonly string[]): Field[] {
  if (!mayHoldBytes(texts.join('\n'))) return texts.map((text) => field(tag, text));
  return texts.map((text) => field(tag, encodeText(text)));
}

function bodyLength(fields: readonly Field[]): number {
  return fields.reduce((sum, { length }) => sum + FIELD_HEADER + length, 0);
}

function frame(type: number, id: number, fields: readonly Field[]): Buffer {
  const body = bodyLength(fields);
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + body);
  bytes.writeUInt32LE(body, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(FRAME_VERSION, 6);
  writeNumber(bytes, id, 8);
  let at = FRAME_HEADER;
  for (const { tag, value, length } of fields) {
    // Two bytes of tag, and two that are zero.
    bytes.writeUInt32LE(tag, at);
    bytes.writeUInt32LE(length, at + 4);
    at += FIELD_HEADER;
    if (typeof value === 'number') writeNumber(bytes, value, at);
    else if (typeof value === 'string') bytes.write(value, at);
    else value.copy(bytes, at);
    at += length;
  }
  return bytes;
}

/**
 * A spawn that no frame can hold (a NUL in a text, a number out of range, more than 2 MiB) is sent as one that the supervisor answers
 * with `spawn-failed`, so that it fails like any other program that cannot be run.
 */
function impossibility(fields: readonly Field[]): number {
  if (bodyLength(fields) > FRAME_BODY_MAX) return E2BIG;
  return fields.every(fits) ? 0 : EINVAL;
}

/** What supervisor/frames.c accepts as the number of a field. */
const RANGES = new Map<number, [least: number, most: number]>([
  [TAG.umask, [0, 0o777]],
  [TAG.nice, [-20, 19]],
  [TAG.oomScore, [-1000, 1000]],
]);
const RESOURCE_NAME_MAX = 31;

function fits({ tag, value }: Field): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value === 'number') {
    const [least, most] = RANGES.get(tag) ?? [0, Number.MAX_SAFE_INTEGER];
    return Number.isInteger(value) && value >= least && value <= most;
  }
  if (tag === TAG.argument || tag === TAG.environment) return !value.includes(0);
  if (tag === TAG.cgroup) return value.filter((byte) => byte === 0).length === 3;
  if (tag !== TAG.limit) return true;
  return value.length > 16 && value.length <= 16 + RESOURCE_NAME_MAX && !value.includes(0, 16);
}

function commandFields(command: Command): Field[] {
  switch (command.type) {
    case 'spawn': {
      const fields = spawnFields(command.spec);
      const errno = impossibility(fields);
      if (errno === 0) return fields;
      return [field(TAG.console, 0), field(TAG.traceForks, 0), field(TAG.debugStop, 0), field(TAG.impossible, errno)];
    }
    case 'signal':
      return [
        field(TAG.process, command.process),
        field(TAG.signal, command.signal),
        field(TAG.wholeGroup, command.group ? 1 : 0),
      ];
    case 'flush-logs':
      return [];
    case 'kill-cgroup':
      return [field(TAG.jobCgroup, command.cgroup)];
    case 'end':
      return [field(TAG.status, command.status & 0xff)];
  }
}

/** The frame of a command. A spawn that cannot be said becomes one that fails; see above. */
export function encodeCommand(command: Command): Buffer {
  return frame(SENT[command.type], command.id, commandFields(command));
}

/** Recovery is over; what comes now is live. */
export function encodeReady(): Buffer {
  return frame(SENT.ready, 0, []);
}

/** Another daemon is to take over, and another supervisor in the process of this one. */
export function encodeReplace(): Buffer {
  return frame(SENT.replace, 0, []);
}

/** Rotate log files from now on. */
export function encodeLogRotation({ size, age, keep }: LogRotation): Buffer {
  return frame(SENT.rotation, 0, [field(TAG.rotateSize, size), field(TAG.rotateAge, age), field(TAG.rotateKeep, keep)]);
}

/** Print a line on standard output, between those of jobs. */
export function encodeSay(line: string): Buffer {
  return frame(SENT.say, 0, [field(TAG.detail, encodeText(line.replaceAll('\0', '')))]);
}

/** Every report up to and including `seq` is safe with us. */
export function encodeAcknowledge(seq: number): Buffer {
  return frame(SENT.acknowledge, seq, []);
}
