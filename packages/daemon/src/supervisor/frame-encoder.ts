/** Frames to the supervisor: commands, and other messages of the daemon. */
import { encodeText } from '@upstart/common';
import { type Entrance, NO_ENTRANCE } from '../cgroups/control-groups.ts';
import { AS_INIT, type Identity, type Refusal } from '../identity/resolve.ts';
import { CONSOLES, type FieldName, SENT } from './frame-table.ts';
import { FrameWriter } from './frame-writer.ts';
import { type Command, type LogRotation, type NotifySpec, SPAWN_STEPS, type SpawnSpec } from './process-messages.ts';
import { resourceNumber } from './resources.ts';

/** Frames that the daemon never sends. */
type SentCommand = Exclude<Command, { type: 'kill-cgroup' }>;

const writer = new FrameWriter();

const UNLIMITED = 2n ** 64n - 1n;

/** Three numbers: the resource, the soft and the hard limit. */
function writeLimit({ resource, soft, hard }: SpawnSpec['limits'][number]): void {
  const bytes = Buffer.alloc(3 * 8);
  const limits = [soft, hard].map((limit) => (limit === null ? UNLIMITED : BigInt(limit)));
  bytes.writeBigInt64LE(BigInt(resourceNumber(resource)), 0);
  for (const [i, limit] of limits.entries()) bytes.writeBigUInt64LE(BigInt.asUintN(64, limit), 8 + 8 * i);
  writer.bytes('limit', bytes);
}

/** Numbers of 32 bits. */
function writeGroups(groups: readonly number[]): void {
  if (groups.length === 0) return;
  const bytes = Buffer.alloc(4 * groups.length);
  for (const [i, group] of groups.entries()) bytes.writeUInt32LE(group, 4 * i);
  writer.bytes('groups', bytes);
}

function writeText(name: FieldName, text: string | null): void {
  if (text !== null) writer.text(name, text);
}

function writeNumber(name: FieldName, value: number | null): void {
  if (value !== null) writer.number(name, value);
}

/** The set-up of a process beyond the engine's specification. */
export interface SpawnSetup {
  identity: Identity;
  entrance: Entrance;
  /** Why it will not run. */
  refusal: Refusal | null;
}

export const NO_SETUP: SpawnSetup = { identity: AS_INIT, entrance: NO_ENTRANCE, refusal: null };

function writeSetup({ identity, entrance, refusal }: SpawnSetup): void {
  writeNumber('uid', identity.uid);
  writeNumber('gid', identity.gid);
  writeGroups(identity.groups);
  if (identity.notice !== '') writer.text('notice', identity.notice);
  writer.texts('cgroupFile', entrance.files);
  writeText('jobCgroupFile', entrance.jobFile);
  if (refusal === null) return;
  writer
    .number('step', SPAWN_STEPS.indexOf(refusal.step))
    .number('errno', refusal.errno)
    .text('detail', refusal.detail);
}

/** Bits of the field `notify`: there is a socket; it takes messages of the whole job; the control groups are those of the job alone. */
const NOTIFY = { socket: 1, all: 2, groups: 4 };

function writeNotify(notify: NotifySpec): void {
  if ('fd' in notify) writer.number('descriptor', notify.fd);
  else
    writer.number(
      'notify',
      NOTIFY.socket + (notify.access === 'all' ? NOTIFY.all : 0) + (notify.ownGroups ? NOTIFY.groups : 0),
    );
}

function writeSpawn(id: number, spec: SpawnSpec, setup: SpawnSetup): void {
  writer.begin(SENT.spawn, id);
  writer.number('console', CONSOLES.indexOf(spec.console));
  writer.number('traceForks', spec.traceForks);
  writer.number('debugStop', spec.debugStop ? 1 : 0);
  if (spec.orderable) writer.number('orderable', 1);
  writeNumber('umask', spec.umask);
  writeNumber('nice', spec.nice);
  writeNumber('oomScore', spec.oomScore);
  writeText('chroot', spec.chroot);
  writeText('chdir', spec.chdir);
  writeText('apparmor', spec.apparmorProfile);
  for (const limit of spec.limits) writeLimit(limit);
  for (const file of spec.files ?? []) writer.number('file', file);
  if (spec.filesFrom !== undefined) writer.number('filesFrom', spec.filesFrom);
  if (spec.notify) writeNotify(spec.notify);
  if (spec.deadlineMs !== undefined) writer.number('due', Math.floor(spec.deadlineMs));
  if (spec.takesGroup) writer.number('wholeGroup', 1);
  writeSetup(setup);
  writer.texts('environment', spec.env).texts('argument', spec.argv);
  if (spec.script !== null) writer.bytes('script', encodeText(spec.script));
  writeText('logPath', spec.logPath);
  writeText('outputLabel', spec.outputLabel);
  const { errno } = writer;
  // Fails like any other program that cannot be run: the supervisor answers with `spawn-failed`.
  if (errno !== 0) writeImpossible(id, errno);
}

function writeImpossible(id: number, errno: number): void {
  writer.begin(SENT.spawn, id);
  writer.number('console', 0).number('traceForks', 0).number('debugStop', 0).number('impossible', errno);
}

/** The frame of a spawn that fails with this error number, at the step `exec`. */
export function encodeImpossible(id: number, errno: number): Buffer {
  writeImpossible(id, errno);
  return writer.take();
}

/** The frame of a command. A spawn that no frame can hold becomes one that fails. */
export function encodeCommand(command: SentCommand, setup: SpawnSetup = NO_SETUP): Buffer {
  const { type, id } = command;
  if (type === 'spawn') writeSpawn(id, command.spec, setup);
  else writer.begin(SENT[type], id);
  if (type === 'signal') {
    writer
      .number('process', command.process)
      .number('signal', command.signal)
      .number('wholeGroup', command.group ? 1 : 0);
  } else if (type === 'standing-order' || type === 'withdraw-standing-order') {
    writer.number('process', command.process);
  } else if (type === 'deadline') {
    writer.number('process', command.process).number('due', Math.floor(command.dueMs));
  } else if (type === 'end') {
    writer.number('status', command.status & 0xff);
  }
  return writer.take();
}

/** Recovery begins, or has got further. */
export function encodeBegun(): Buffer {
  return writer.begin(SENT.begun, 0).take();
}

/** The saved state has been recovered. */
export function encodeRecovered(): Buffer {
  return writer.begin(SENT.recovered, 0).take();
}

/** The daemon answers clients. */
export function encodeReady(): Buffer {
  return writer.begin(SENT.ready, 0).take();
}

/** Rotate log files from now on. */
export function encodeLogRotation({ size, age, keep }: LogRotation): Buffer {
  const frame = writer.begin(SENT['log-rotation'], 0);
  return frame.number('rotateSize', size).number('rotateAge', age).number('rotateKeep', keep).take();
}

/** Keep this for the next daemon. */
export function encodeNote(text: string): Buffer {
  return writer.begin(SENT.note, 0).text('detail', text).take();
}

/** Tell which process is at the other end of the socket that is descriptor `fd` of process `pid`; connect it to `address`, a sockaddr, before, unless null. */
export function encodeFindPeer(token: number, pid: number, fd: number, address: Buffer | null = null): Buffer {
  writer.begin(SENT['find-peer'], 0).number('token', token).number('pid', pid).number('descriptor', fd);
  return (address === null ? writer : writer.bytes('address', address)).take();
}

/** Report once what can be read from the socket that is descriptor `fd` of process `pid`, this one; null: no more. */
export function encodeLook(token: number, pid: number, fd: number | null): Buffer {
  writer.begin(SENT.look, 0).number('token', token);
  return (fd === null ? writer : writer.number('pid', pid).number('descriptor', fd)).take();
}

/** Open a listening socket at this address, a sockaddr. */
export function encodeListen(token: number, address: Buffer, type: number): Buffer {
  return writer
    .begin(SENT.listen, 0)
    .number('token', token)
    .bytes('address', address)
    .number('socketType', type)
    .take();
}

/** Report once that a connection waits in a kept socket; with `isNewOnly` none that does already. */
export function encodeAwait(token: number, file: number, isNewOnly: boolean): Buffer {
  writer.begin(SENT.look, 0).number('token', token).number('file', file);
  return writer.number('newOnly', isNewOnly ? 1 : 0).take();
}

/** Of the descriptors that came in reports up to and including `seq`, keep these only. */
export function encodeKeepFiles(seq: number, files: Iterable<number>): Buffer {
  writer.begin(SENT['keep-files'], seq);
  for (const file of files) writer.number('file', file);
  return writer.take();
}

/** Every report up to and including `seq` is safe with us. */
export function encodeAcknowledge(seq: number): Buffer {
  return writer.begin(SENT.ack, seq).take();
}
