/**
 * The frames between daemon and supervisor and the fields in them: the one source for both sides and for
 * packages/supervisor/PROTOCOL.md. The build makes the supervisor's C header from it (scripts/frame-header.mjs): a field
 * `logPath` is TAG_LOG_PATH there, a frame `flush-logs` FRAME_FLUSH_LOGS, a report `spawn-failed` REPORT_SPAWN_FAILED.
 *
 * A daemon may run under a supervisor of the version before, so a number never gets another meaning: what is no longer
 * sent leaves a gap.
 */
import { SPAWN_STEPS } from './process-messages.ts';

/** Numbers that both sides go by, under their names in C. */
export const LIMITS = {
  FRAME_VERSION: 1,
  /** Bytes in front of the body of a frame, and of the value of a field. */
  FRAME_HEADER: 16,
  FIELD_HEADER: 8,
  FRAME_BODY_MAX: 2 * 1024 * 1024,
  /** Numbers that name things are exact as numbers of JavaScript. */
  FRAME_ID_MAX: Number.MAX_SAFE_INTEGER,
  /** Bytes of a note. It reaches the next daemon in the environment, where the kernel takes 128 KiB for a variable. */
  NOTE_MAX: 64 * 1024,
  /** Old log files that are kept of one. */
  ROTATION_KEEP_MAX: 1000,
  /** Descriptors of clients: how many are kept in all, how many one process gets, and the number of the first one there. */
  FILES_MAX: 256,
  FILES_PER_PROCESS: 8,
  FILE_FIRST: 6,
  /** The number of the first one where SPAWN asks for that, as sd_listen_fds(3) has it. */
  LISTEN_FIRST: 3,
  /** Connections that are looked at, at once. */
  LOOKS_MAX: 512,
  /** Bytes of a message of sd_notify(3). */
  NOTIFY_MAX: 4096,
} as const;

/**
 * Patience of the supervisor and its logger, in milliseconds and in times, and their memory (PROTOCOL.md). Tests compile it with other numbers.
 * @public The build makes the supervisor's header from it.
 */
export const SUPERVISOR_LIMITS = {
  /** Until BEGUN or RECOVERED; from BEGUN on until BEGUN again or RECOVERED, and from there on until READY. */
  START_PATIENCE: 15_000,
  RECOVERY_PATIENCE: 60_000,
  /** A READY daemon has to acknowledge a signal that ends init. */
  TOLD_PATIENCE: 8000,
  /** A daemon that was READY for so long makes good the crashes before it. */
  GOOD_LIFE: 60_000,
  /** And one that was READY for so long the kills before it. */
  GOOD_LIFE_OF_KILLED: 1000,
  /** Bytes of reports that are not acknowledged. */
  REPORTS_MAX: 8 * 1024 * 1024,
  /** A new process has for its first step, which takes microseconds. One that is stopped in the middle is killed. */
  FIRST_STEP_PATIENCE: 3000,
  /** The installed supervisor has to say that it understands what this one leaves. */
  CHECK_PATIENCE: 5000,
  /** The report of an end waits for the output to be written. */
  LOG_PATIENCE: 1000,
  /** After so many times of TOLD_PATIENCE a session or container ends without a daemon. */
  TOLD_TIMES: 3,
  /** Processes of jobs have between SIGTERM and SIGKILL when init ends without a daemon. */
  PROCESSES_PATIENCE: 5000,
  /** Until a log file that cannot be written is tried again, and for which writing has to work before a trouble is over. */
  TROUBLE_PAUSE: 2000,
  /** Bytes that are kept of all log files to which no process writes any more. */
  LOG_KEPT_MAX: 16 * 1024 * 1024,
  /** Another program has to make the next log when it has renamed one. */
  SUCCESSOR_PATIENCE: 100,
} as const;

/** Where the output of a process goes, by the number in the field `console`. */
export const CONSOLES = ['none', 'output', 'owner', 'log'] as const;

/** The kind of a field: text has no NUL; a `limit` is three numbers (PROTOCOL.md). */
export type FieldKind = 'number' | 'text' | 'bytes' | 'limit';

export interface Field {
  readonly tag: number;
  readonly kind: FieldKind;
  /** The range of a number. */
  readonly least: number;
  readonly most: number;
}

const INT32_MAX = 2 ** 31 - 1;
const UINT32_MAX = 2 ** 32 - 1;

function number(tag: number, least = 0, most: number = LIMITS.FRAME_ID_MAX): Field {
  return { tag, kind: 'number', least, most };
}

function field(tag: number, kind: FieldKind): Field {
  return { tag, kind, least: 0, most: 0 };
}

export const FIELDS = {
  process: number(1, 1),
  pid: number(2),
  signal: number(3, 0, INT32_MAX),
  errno: number(4),
  step: number(5, 0, SPAWN_STEPS.length - 1),
  detail: field(6, 'text'),
  code: number(7),
  core: number(8),
  userTime: number(9),
  systemTime: number(10),
  maxRss: number(11),
  oldPid: number(12),
  command: number(13),
  path: field(14, 'text'),
  lastCommand: number(15),
  subreaperErrno: number(16),
  wholeGroup: number(17, 0, 1),
  status: number(18, 0, 255),
  rotateSize: number(19),
  rotateAge: number(20),
  rotateKeep: number(21, 1, LIMITS.ROTATION_KEEP_MAX),
  count: number(22),
  token: number(27),
  descriptor: number(28, 0, INT32_MAX),
  socketType: number(29, 1, 2),
  newOnly: number(30, 0, 1),
  filesFrom: number(31, LIMITS.LISTEN_FIRST, LIMITS.FILE_FIRST - 1),
  argument: field(32, 'text'),
  environment: field(33, 'text'),
  script: field(34, 'bytes'),
  console: number(35, 0, CONSOLES.length - 1),
  logPath: field(36, 'text'),
  traceForks: number(37, 0, 2),
  umask: number(38, 0, 0o777),
  nice: number(39, -20, 19),
  oomScore: number(40, -1000, 1000),
  chroot: field(42, 'text'),
  chdir: field(43, 'text'),
  apparmor: field(46, 'text'),
  debugStop: number(47, 0, 1),
  impossible: number(48, 1, 4095),
  outputLabel: field(51, 'text'),
  orderable: number(52, 0, 1),
  limit: field(53, 'limit'),
  uid: number(54, 0, UINT32_MAX - 1),
  gid: number(55, 0, UINT32_MAX - 1),
  groups: field(56, 'bytes'),
  notice: field(57, 'text'),
  cgroupFile: field(58, 'text'),
  jobCgroupFile: field(59, 'text'),
  file: number(60, 1),
  notify: number(61, 1, 7),
  address: field(62, 'bytes'),
  due: number(63, 0),
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof FIELDS;

export interface Frame {
  readonly type: number;
  /** The meaning of the id in the header: that of a command, the sequence number of a report, or 0. */
  readonly id: 'command' | 'report' | 'none';
  /** The fields that it has to have, may have, and may have any number of. */
  readonly required?: readonly FieldName[];
  readonly optional?: readonly FieldName[];
  readonly repeated?: readonly FieldName[];
}

/** From daemon to supervisor, which rejects anything else. */
export const SENT = {
  ready: { type: 1, id: 'none' },
  spawn: {
    type: 2,
    id: 'command',
    required: ['console', 'traceForks', 'debugStop'],
    optional: [
      ...(['script', 'logPath', 'outputLabel', 'umask', 'nice', 'oomScore', 'chroot', 'chdir', 'uid', 'gid'] as const),
      ...([
        'groups',
        'notice',
        'apparmor',
        'jobCgroupFile',
        'orderable',
        'step',
        'errno',
        'detail',
        'impossible',
        'notify',
        'descriptor',
        'filesFrom',
        'due',
        'wholeGroup',
      ] as const),
    ],
    repeated: ['argument', 'environment', 'limit', 'cgroupFile', 'file'],
  },
  signal: { type: 3, id: 'command', required: ['process', 'signal', 'wholeGroup'] },
  'flush-logs': { type: 4, id: 'command' },
  ack: { type: 5, id: 'report' },
  end: { type: 6, id: 'command', required: ['status'] },
  replace: { type: 7, id: 'command' },
  'log-rotation': { type: 8, id: 'none', required: ['rotateSize', 'rotateAge', 'rotateKeep'] },
  'standing-order': { type: 11, id: 'command', required: ['process'] },
  'withdraw-standing-order': { type: 12, id: 'command', required: ['process'] },
  note: { type: 13, id: 'none', required: ['detail'] },
  begun: { type: 14, id: 'none' },
  'find-peer': { type: 16, id: 'none', required: ['token', 'pid', 'descriptor'], optional: ['address'] },
  recovered: { type: 17, id: 'none' },
  look: { type: 18, id: 'none', required: ['token'], optional: ['pid', 'descriptor', 'file', 'newOnly'] },
  'keep-files': { type: 19, id: 'report', repeated: ['file'] },
  listen: { type: 20, id: 'none', required: ['token', 'address', 'socketType'] },
  deadline: { type: 21, id: 'command', required: ['process', 'due'] },
} as const satisfies Record<string, Frame>;

/** From supervisor to daemon: its state, in one go. */
export const GREETING = {
  hello: { type: 32, id: 'none', required: ['pid', 'lastCommand'], optional: ['subreaperErrno'] },
  process: { type: 33, id: 'none', required: ['process', 'pid'] },
  'table-end': { type: 34, id: 'none' },
} as const satisfies Record<string, Frame>;

/** From supervisor to daemon after that. */
export const REPORTS = {
  spawned: { type: 64, id: 'report', required: ['process', 'pid'] },
  'spawn-failed': { type: 65, id: 'report', required: ['process', 'step', 'errno', 'detail'] },
  execed: { type: 66, id: 'report', required: ['process'] },
  exited: {
    type: 67,
    id: 'report',
    required: ['process', 'pid', 'code', 'signal', 'core', 'userTime', 'systemTime', 'maxRss'],
    optional: ['command'],
  },
  vanished: { type: 68, id: 'report', required: ['process', 'pid'] },
  stopped: { type: 69, id: 'report', required: ['process', 'pid', 'signal'] },
  continued: { type: 70, id: 'report', required: ['process', 'pid'] },
  forked: { type: 71, id: 'report', required: ['process', 'pid', 'oldPid'] },
  'exec-changed': { type: 72, id: 'report', required: ['process', 'pid'] },
  'expect-met': { type: 73, id: 'report', required: ['process', 'pid'] },
  signalled: { type: 74, id: 'report', required: ['command', 'process', 'signal', 'errno'] },
  'log-disabled': { type: 75, id: 'report', required: ['process', 'errno'] },
  'log-trouble': { type: 76, id: 'report', required: ['path', 'errno'] },
  signal: { type: 77, id: 'report', required: ['signal'] },
  'log-pipe': { type: 78, id: 'report', required: ['process', 'errno'] },
  survivors: { type: 79, id: 'report', required: ['path', 'count'] },
  'log-dropped': { type: 80, id: 'report', required: ['path', 'errno', 'count'] },
  'log-restored': { type: 81, id: 'report', required: ['path', 'errno', 'count'] },
  'log-not-rotated': { type: 82, id: 'report', required: ['path', 'errno'] },
  peer: { type: 83, id: 'report', required: ['token', 'errno', 'pid', 'uid', 'gid'] },
  'logger-replaced': { type: 84, id: 'report', required: ['pid'] },
  looked: { type: 85, id: 'report', required: ['token', 'count', 'errno'], optional: ['file'] },
  notified: { type: 86, id: 'report', required: ['process', 'pid', 'errno', 'detail'] },
  'log-rotated': { type: 87, id: 'report', required: ['path', 'errno'] },
} as const satisfies Record<string, Frame>;
