/** Frames to the supervisor: commands, and what else a daemon says. */
import { encodeText } from '@upstart/protocol';
import type { Command, LogFolder, LogRotation, SpawnSpec } from '../process-messages.ts';
import { FrameWriter } from './frame-writer.ts';
import { TAG } from './frames.ts';
import { resourceNumber } from './resources.ts';

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
  again: 11,
  'not-again': 12,
  note: 13,
  begun: 14,
  'log-folder': 15,
} as const;

const CONSOLES: readonly SpawnSpec['console'][] = ['none', 'output', 'owner', 'log'];

const writer = new FrameWriter();

const UNLIMITED = 2n ** 64n - 1n;

/** Three numbers: the resource, the soft and the hard limit. */
function writeLimit({ resource, soft, hard }: SpawnSpec['limits'][number]): void {
  const bytes = Buffer.alloc(3 * 8);
  const limits = [soft, hard].map((limit) => (limit === null ? UNLIMITED : BigInt(limit)));
  bytes.writeBigInt64LE(BigInt(resourceNumber(resource)), 0);
  for (const [i, limit] of limits.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, limit), 8 + 8 * i);
  writer.bytes(TAG.limit, bytes);
}

/** Four texts with a NUL between them. */
function writeCgroup({ controller, name, key, value }: SpawnSpec['cgroups'][number]): void {
  const texts = [controller, name, key ?? '', value ?? ''];
  if (texts.some((text) => text.includes('\0'))) writer.invalid();
  writer.bytes(TAG.cgroup, Buffer.from(texts.join('\0')));
}

function writeText(tag: number, text: string | null): void {
  if (text !== null) writer.text(tag, text);
}

/** A number between `least` and `most`, as link/frames.c of the supervisor accepts it. */
function writeNumber(tag: number, value: number | null, least: number, most: number): void {
  if (value !== null) writer.number(tag, value, least, most);
}

/** What most processes have in common comes first: the supervisor keeps that once for all (process/again.c there). */
function writeSpawn(id: number, spec: SpawnSpec): void {
  writer.begin(SENT.spawn, id);
  writer.number(TAG.console, CONSOLES.indexOf(spec.console));
  writer.number(TAG.traceForks, spec.traceForks);
  writer.number(TAG.debugStop, spec.debugStop ? 1 : 0);
  if (spec.keep) writer.number(TAG.keep, 1);
  writeNumber(TAG.umask, spec.umask, 0, 0o777);
  writeNumber(TAG.nice, spec.nice, -20, 19);
  writeNumber(TAG.oomScore, spec.oomScore, -1000, 1000);
  writeText(TAG.chroot, spec.chroot);
  writeText(TAG.chdir, spec.chdir);
  writeText(TAG.userName, spec.user);
  writeText(TAG.groupName, spec.group);
  writeText(TAG.apparmor, spec.apparmorProfile);
  writeText(TAG.jobCgroup, spec.jobCgroup);
  for (const limit of spec.limits) writeLimit(limit);
  for (const cgroup of spec.cgroups) writeCgroup(cgroup);
  writer.texts(TAG.environment, spec.env).texts(TAG.argument, spec.argv);
  if (spec.script !== null) writer.bytes(TAG.script, encodeText(spec.script));
  writeText(TAG.logPath, spec.logPath);
  writeText(TAG.outputLabel, spec.outputLabel);
  const { errno } = writer;
  // Fails like any other program that cannot be run: the supervisor answers with `spawn-failed`.
  if (errno !== 0) writeImpossible(id, errno);
}

function writeImpossible(id: number, errno: number): void {
  writer.begin(SENT.spawn, id);
  writer.number(TAG.console, 0).number(TAG.traceForks, 0).number(TAG.debugStop, 0).number(TAG.impossible, errno);
}

/** The frame of a command. A spawn that no frame can hold becomes one that fails. */
export function encodeCommand(command: Command): Buffer {
  const { type, id } = command;
  if (type === 'spawn') writeSpawn(id, command.spec);
  else writer.begin(SENT[type], id);
  if (type === 'signal') {
    writer
      .number(TAG.process, command.process)
      .number(TAG.signal, command.signal)
      .number(TAG.wholeGroup, command.group ? 1 : 0);
  } else if (type === 'again' || type === 'not-again') {
    writer.number(TAG.process, command.process);
  } else if (type === 'kill-cgroup') {
    writer.text(TAG.jobCgroup, command.cgroup);
  } else if (type === 'end') {
    writer.number(TAG.status, command.status & 0xff);
  }
  return writer.take();
}

/** Recovery begins, or has got further. */
export function encodeBegun(): Buffer {
  return writer.begin(SENT.begun, 0).take();
}

/** Recovery is over; what comes now is live. */
export function encodeReady(): Buffer {
  return writer.begin(SENT.ready, 0).take();
}

/** Rotate log files from now on. */
export function encodeLogRotation({ size, age, keep }: LogRotation): Buffer {
  const frame = writer.begin(SENT.rotation, 0);
  return frame.number(TAG.rotateSize, size).number(TAG.rotateAge, age).number(TAG.rotateKeep, keep).take();
}

/** Make this folder again when it has been removed. */
export function encodeLogFolder({ path, mode, owner, group, parents }: LogFolder): Buffer {
  const frame = writer.begin(SENT['log-folder'], 0).text(TAG.path, path).number(TAG.mode, mode);
  return frame
    .number(TAG.owner, owner)
    .number(TAG.ownerGroup, group)
    .number(TAG.parents, parents ? 1 : 0)
    .take();
}

/** Print a line on standard output, between those of jobs. */
export function encodeSay(line: string): Buffer {
  return writer.begin(SENT.say, 0).text(TAG.detail, line.replaceAll('\0', '')).take();
}

/** Keep this for the next daemon. */
export function encodeNote(text: string): Buffer {
  return writer.begin(SENT.note, 0).text(TAG.detail, text).take();
}

/** Every report up to and including `seq` is safe with us. */
export function encodeAcknowledge(seq: number): Buffer {
  return writer.begin(SENT.acknowledge, seq).take();
}
