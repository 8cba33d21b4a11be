/**
 * The frames that carry commands to the supervisor and reports from it (supervisor/PROTOCOL.md), from this side. What
 * arrives is checked as strictly as the supervisor checks what we send: a frame that is not exactly right is an error.
 */

import { encodeText, mayHoldBytes } from '@upstart/protocol';
import type { Command, LogRotation, Report, SpawnSpec, SupervisorState } from '../process-messages.ts';
import { SPAWN_STEPS } from '../process-messages.ts';

export const FRAME_VERSION = 1;
const FRAME_HEADER = 16;
export const FRAME_BODY_MAX = 2 * 1024 * 1024;
const FIELD_HEADER = 8;

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

const TAG = {
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
  lastCommand: 15,
  subreaperErrno: 16,
  wholeGroup: 17,
  status: 18,
  rotateSize: 19,
  rotateAge: 20,
  rotateKeep: 21,
  count: 22,
  argument: 32,
  environment: 33,
  script: 34,
  console: 35,
  logPath: 36,
  traceForks: 37,
  umask: 38,
  nice: 39,
  oomScore: 40,
  limit: 41,
  chroot: 42,
  chdir: 43,
  userName: 44,
  groupName: 45,
  apparmor: 46,
  debugStop: 47,
  impossible: 48,
  cgroup: 49,
  jobCgroup: 50,
  outputLabel: 51,
} as const;

/** Error numbers that stand for a spawn that no frame can hold. */
const E2BIG = 7;
const EINVAL = 22;

/** A frame that is not what the other side may send. */
export class FrameError extends Error {
  override name = 'FrameError';
}

const TWO_TO_32 = 2 ** 32;

/** A signed number of 64 bits; not by way of BigInt, which takes several times as long. */
function readNumber(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * TWO_TO_32 + bytes.readUInt32LE(at);
}

function writeNumber(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  bytes.writeUInt32LE(value - high * TWO_TO_32, at);
  bytes.writeInt32LE(high, at + 4);
}

// --- encoding ---------------------------------------------------------------------------------------------------------

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

// --- decoding ---------------------------------------------------------------------------------------------------------

/** What a supervisor sends: its greeting first, reports after that. */
export type Incoming =
  | { type: 'hello'; pid: number; lastCommand: number; subreaperErrno: number }
  | { type: 'process'; process: SupervisorState['processes'][number] }
  | { type: 'table-end' }
  | { type: 'report'; report: Report };

/** The fields of one frame; taking one that is missing, of the wrong form or twice is an error, and so is leaving one. */
class Fields {
  #type: number;
  #bytes: Buffer;
  /** Where the header of each field begins. */
  #fields = new Map<number, number>();

  /** Of the frame whose body lies between `start` and `end`. */
  constructor(type: number, bytes: Buffer, start: number, end: number) {
    this.#type = type;
    this.#bytes = bytes;
    for (let at = start; at < end; ) {
      if (end - at < FIELD_HEADER) this.#fail('ends within a field');
      const tag = bytes.readUInt16LE(at);
      const length = bytes.readUInt32LE(at + 4);
      if (bytes.readUInt16LE(at + 2) !== 0 || length > end - at - FIELD_HEADER) this.#fail('has a broken field');
      if (this.#fields.has(tag)) this.#fail(`has field ${tag} twice`);
      this.#fields.set(tag, at);
      at += FIELD_HEADER + length;
    }
  }

  #fail(what: string): never {
    throw new FrameError(`supervisor: frame of type ${this.#type} ${what}`);
  }

  /** Where the value begins, and its length. */
  #take(tag: number): { at: number; length: number } {
    const header = this.#fields.get(tag) ?? this.#fail(`lacks field ${tag}`);
    this.#fields.delete(tag);
    return { at: header + FIELD_HEADER, length: this.#bytes.readUInt32LE(header + 4) };
  }

  number(tag: number): number {
    const { at, length } = this.#take(tag);
    if (length !== 8) this.#fail(`has a number of ${length} bytes in field ${tag}`);
    const value = readNumber(this.#bytes, at);
    return Number.isSafeInteger(value) ? value : this.#fail(`has too large a number in field ${tag}`);
  }

  numberOr(tag: number, standard: number): number {
    return this.#fields.has(tag) ? this.number(tag) : standard;
  }

  text(tag: number): string {
    const { at, length } = this.#take(tag);
    return this.#bytes.toString('utf8', at, at + length);
  }

  step(): (typeof SPAWN_STEPS)[number] {
    const number = this.number(TAG.step);
    return SPAWN_STEPS[number] ?? this.#fail(`names a step ${number} that does not exist`);
  }

  end(): void {
    for (const tag of this.#fields.keys()) this.#fail(`has a field ${tag} that does not belong in it`);
  }
}

/** A report without its `seq`. */
type Content<R = Report> = R extends Report ? Omit<R, 'seq'> : never;

const onProcess = (fields: Fields) => ({ process: fields.number(TAG.process), pid: fields.number(TAG.pid) });

const REPORTS: Record<number, (fields: Fields) => Content> = {
  64: (fields) => ({ type: 'spawned', ...onProcess(fields) }),
  65: (fields) => ({
    type: 'spawn-failed',
    process: fields.number(TAG.process),
    step: fields.step(),
    errno: fields.number(TAG.errno),
    detail: fields.text(TAG.detail),
  }),
  66: (fields) => ({ type: 'execed', process: fields.number(TAG.process) }),
  67: (fields) => ({
    type: 'exited',
    ...onProcess(fields),
    code: fields.number(TAG.code),
    signal: fields.number(TAG.signal),
    core: fields.number(TAG.core) !== 0,
    usage: {
      user: fields.number(TAG.user),
      system: fields.number(TAG.system),
      maxRss: fields.number(TAG.maxRss),
    },
  }),
  68: (fields) => ({ type: 'vanished', ...onProcess(fields) }),
  69: (fields) => ({ type: 'stopped', ...onProcess(fields), signal: fields.number(TAG.signal) }),
  70: (fields) => ({ type: 'continued', ...onProcess(fields) }),
  71: (fields) => ({ type: 'forked', ...onProcess(fields), oldPid: fields.number(TAG.oldPid) }),
  72: (fields) => ({ type: 'exec-changed', ...onProcess(fields) }),
  73: (fields) => ({ type: 'expect-met', ...onProcess(fields) }),
  74: (fields) => ({
    type: 'signalled',
    command: fields.number(TAG.command),
    process: fields.number(TAG.process),
    signal: fields.number(TAG.signal),
    errno: fields.number(TAG.errno),
  }),
  75: (fields) => ({ type: 'log-disabled', process: fields.number(TAG.process), errno: fields.number(TAG.errno) }),
  76: (fields) => ({ type: 'log-trouble', path: fields.text(TAG.path), errno: fields.number(TAG.errno) }),
  77: (fields) => ({ type: 'signal', signal: fields.number(TAG.signal) }),
  79: (fields) => ({ type: 'survivors', cgroup: fields.text(TAG.path), count: fields.number(TAG.count) }),
  78: (fields) => ({ type: 'log-pipe', process: fields.number(TAG.process), errno: fields.number(TAG.errno) }),
};

const GREETING: Record<number, (fields: Fields) => Incoming> = {
  32: (fields) => ({
    type: 'hello',
    pid: fields.number(TAG.pid),
    lastCommand: fields.number(TAG.lastCommand),
    subreaperErrno: fields.numberOr(TAG.subreaperErrno, 0),
  }),
  33: (fields) => ({ type: 'process', process: onProcess(fields) }),
  34: () => ({ type: 'table-end' }),
};

/** The frame of which all but the header lies between `start` and `end`. */
function decode(type: number, id: number, bytes: Buffer, start: number, end: number): Incoming {
  const fields = new Fields(type, bytes, start, end);
  const greeting = GREETING[type]?.(fields);
  const content = greeting ? undefined : REPORTS[type]?.(fields);
  fields.end();
  if (greeting) return greeting;
  if (!content) throw new FrameError(`supervisor: frame of type ${type}, which is not known`);
  return { type: 'report', report: { seq: id, ...content } as Report };
}

/** Cuts a stream of bytes into frames, however the bytes are divided. */
export class FrameDecoder {
  /** Less than one frame, in pieces that are joined when there is enough. */
  #pieces: Buffer[] = [];
  #length = 0;
  #needed = FRAME_HEADER;

  /** The frames that are complete with `chunk`. Throws FrameError; nothing can be decoded after that. */
  push(chunk: Buffer): Incoming[] {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return [];
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#length);
    const incoming: Incoming[] = [];
    let at = 0;
    for (;;) {
      this.#needed = this.#size(bytes, at);
      const end = at + this.#needed;
      if (end > bytes.length) break;
      const id = readNumber(bytes, at + 8);
      incoming.push(decode(bytes.readUInt16LE(at + 4), id, bytes, at + FRAME_HEADER, end));
      at = end;
    }
    this.#pieces = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#length = bytes.length - at;
    return incoming;
  }

  /** The size of the frame at `at`, as far as that can be known. */
  #size(bytes: Buffer, at: number): number {
    if (bytes.length - at < FRAME_HEADER) return FRAME_HEADER;
    const body = bytes.readUInt32LE(at);
    const version = bytes.readUInt16LE(at + 6);
    if (version !== FRAME_VERSION) {
      throw new FrameError(`supervisor: frames of version ${version}, expected ${FRAME_VERSION}: restart init`);
    }
    if (body > FRAME_BODY_MAX) throw new FrameError(`supervisor: frame of ${body} bytes, at most ${FRAME_BODY_MAX}`);
    return FRAME_HEADER + body;
  }
}
