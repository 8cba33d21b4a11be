/** What frames to the supervisor and from it have in common (packages/supervisor/PROTOCOL.md). */

export const FRAME_VERSION = 1;
export const FRAME_HEADER = 16;
export const FRAME_BODY_MAX = 2 * 1024 * 1024;
export const FIELD_HEADER = 8;

export const TAG = {
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
  mode: 23,
  owner: 24,
  ownerGroup: 25,
  parents: 26,
  argument: 32,
  environment: 33,
  script: 34,
  console: 35,
  logPath: 36,
  traceForks: 37,
  umask: 38,
  nice: 39,
  oomScore: 40,
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
  keep: 52,
  limit: 53,
} as const;

/** A frame that is not what the other side may send. */
export class FrameError extends Error {
  override name = 'FrameError';
}

const TWO_TO_32 = 2 ** 32;

/** A signed number of 64 bits; not by way of BigInt, which takes several times as long. */
export function readNumber(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * TWO_TO_32 + bytes.readUInt32LE(at);
}

export function writeNumber(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  bytes.writeUInt32LE(value - high * TWO_TO_32, at);
  bytes.writeInt32LE(high, at + 4);
}
