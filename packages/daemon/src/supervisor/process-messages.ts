/**
 * The engine's commands to the supervisor and the supervisor's reports, as plain data. The frames that carry them are
 * described in packages/supervisor/PROTOCOL.md; `process/` translates.
 *
 * A command's `id` grows by at least one with every command, over restarts of the daemon too, so that a command
 * which is sent twice is carried out once. The id of a spawn is the name of its process from then on.
 */

/** One process to start, with everything that is to be set up between fork and exec (reference: jobs §8.2). */
export interface SpawnSpec {
  argv: string[];
  env: string[];
  /** Files with more variables; absent: none. */
  envFiles?: EnvFilesSpec;
  /** Text that the process finds on descriptor 9, behind the line `exec 9<&-`; null: no descriptor 9. */
  script: string | null;
  console: 'none' | 'output' | 'owner' | 'log';
  /** For console `log`: the file that the output is appended to. */
  logPath: string | null;
  /** For console `log`: what each line begins with when it is copied to standard output; null: no copy. */
  outputLabel: string | null;
  /** Follow forks until this many have been seen (1: expect fork, 2: expect daemon), 0: do not trace. */
  traceForks: 0 | 1 | 2;
  umask: number | null;
  nice: number | null;
  oomScore: number | null;
  limits: { resource: string; soft: string | null; hard: string | null }[];
  chroot: string | null;
  /** null: stay where the supervisor is. */
  chdir: string | null;
  user: string | null;
  group: string | null;
  apparmorProfile: string | null;
  /** Groups to enter; `key` null: nothing is set there. Names are relative and expanded. */
  cgroups: { controller: string; name: string; key: string | null; value: string | null }[];
  /** The group of all processes of the job, so that those can be found that it leaves behind; null: none. */
  jobCgroup: string | null;
  /** Raise SIGSTOP just before exec. */
  debugStop: boolean;
  /** A standing order may be given for it. */
  orderable: boolean;
  /** Descriptors of clients, by the reports in which they came. Absent: none. */
  files?: readonly number[];
  /** The number of the first one there; absent: FILE_FIRST. */
  filesFrom?: number;
  /** Where it says that it is ready, and more. Absent: nowhere. */
  notify?: NotifySpec;
  /** When its process group gets SIGKILL, as with `deadline`. Absent: never. */
  deadlineMs?: number;
  /** Its process group is killed when it ends, and its children with it when it is killed. An older supervisor leaves them. */
  takesGroup?: true;
}

/** A socket of sd_notify(3), or (`fd`) a pipe at that descriptor. */
export type NotifySpec = { access: 'main' | 'all'; ownGroups: boolean } | { fd: number };
/** The files of variables of a process. */
export interface EnvFilesSpec {
  files: { path: string; mayBeMissing: boolean }[];
  /** These keep the value that they have in `env`. */
  fixed: string[];
  /** Names the process over all attempts to start it. A state saved by an older daemon lacks it. */
  key?: string;
  /** An earlier attempt has had the files read. */
  isRetry?: boolean;
}

export type Command =
  | { type: 'spawn'; id: number; spec: SpawnSpec }
  /** Sends `signal` to the process group of a process, or to it alone. Answered by `signalled`. */
  | { type: 'signal'; id: number; process: number; signal: number; group: boolean }
  /**
   * A standing order: when the process ends, another one like it is started at once, named by this id. `exited` tells; where it does
   * not, nothing came of it. It holds for one end.
   */
  | { type: 'standing-order'; id: number; process: number }
  /** Withdraws the standing order, if it was not carried out yet. */
  | { type: 'withdraw-standing-order'; id: number; process: number }
  /** The process group gets SIGKILL at this time of the monotonic clock, in milliseconds, whether or not there is a daemon then. */
  | { type: 'deadline'; id: number; process: number; dueMs: number }
  /** Write what could not be written to log files so far (notify-disk-writeable). */
  | { type: 'flush-logs'; id: number }
  /** Ends whatever is left in the group of a job. Done by the daemon itself, in its place among the others. */
  | { type: 'kill-cgroup'; id: number; cgroup: string }
  /** The daemon ends; the supervisor executes what is installed in its own place, and starts the next one. */
  | { type: 'replace'; id: number }
  /** The daemon ends for good; the supervisor ends after it with this exit status. */
  | { type: 'end'; id: number; status: number };

/** When log files are rotated: at `size` bytes, after `age` seconds (0: never), and how many old ones are kept. */
export interface LogRotation {
  size: number;
  age: number;
  keep: number;
}

/** A folder of log files as it is to be when it has to be made again; with `parents`, those above it, too. */
export interface LogFolder {
  path: string;
  mode: number;
  owner: number;
  group: number;
  parents: boolean;
}

/** The steps between fork and exec, by the number that a failure carries; texts in `engine/reports/spawn-errors.ts`. */
export const SPAWN_STEPS = [
  'fork',
  'script-fd',
  'signal-handler',
  'grantpt',
  'unlockpt',
  'ptsname',
  'pty-slave',
  'console',
  'apparmor',
  'limit',
  'nice',
  'oom',
  'chroot',
  'chdir',
  'setuid-lookup',
  'setgid-lookup',
  'chown',
  'getpwuid',
  'getgrgid',
  'initgroups',
  'setgid',
  'setuid',
  'cgroup-enter',
  'trace',
  'exec',
  'memory',
  'cgroup-setup',
  'env-file',
  'ready-fd',
] as const;
export type SpawnStep = (typeof SPAWN_STEPS)[number];

/** `spawn-failed` with this error number (EINPROGRESS): nothing was started, since whom it runs as, or its files of variables, are looked up first. */
export const SPAWN_AWAITED = 115;

/** `seq` grows by one; a report is repeated to each new daemon until it has been acknowledged. */
export type Report = { seq: number } & (
  | { type: 'spawned'; process: number; pid: number }
  /** Nothing was started (step `fork`) or the child gave up before exec. No `exited` follows. `detail`: the resource of step `limit`. */
  | { type: 'spawn-failed'; process: number; step: SpawnStep; errno: number; detail: string }
  | { type: 'execed'; process: number }
  | Exited
  /** The followed process has ended, but another process reaped it and its status is not known. */
  | { type: 'vanished'; process: number; pid: number }
  | { type: 'stopped'; process: number; pid: number; signal: number }
  | { type: 'continued'; process: number; pid: number }
  /** A traced process forked; from now on the job's process is `pid`. */
  | { type: 'forked'; process: number; oldPid: number; pid: number }
  /** A traced process ran another program. */
  | { type: 'exec-changed'; process: number; pid: number }
  /** As many forks as asked for have been seen; tracing is over. */
  | { type: 'expect-met'; process: number; pid: number }
  | { type: 'signalled'; command: number; process: number; signal: number; errno: number }
  /** Logs cannot be kept at all: the process runs with its output to /dev/null. */
  | { type: 'log-disabled'; process: number; errno: number }
  /** No pty is left: the output of processes goes through pipes. Said once. */
  | { type: 'log-pipe'; process: number; errno: number }
  /** So many processes were left in the group of a job, and have been sent SIGKILL. From supervisors of before only. */
  | { type: 'survivors'; cgroup: string; count: number }
  /** A log file could not be written; said once until that is over. */
  | { type: 'log-trouble'; path: string; errno: number }
  /** So many bytes have been dropped since then, because more is not kept. Said again when there are more, but not often. */
  | { type: 'log-dropped'; path: string; errno: number; count: number }
  /** The file is written again, or (`errno` is not 0) what was kept for it has been given up. `count` bytes were dropped. */
  | { type: 'log-restored'; path: string; errno: number; count: number }
  /** A log file is to be rotated and cannot be; it is written on. Said once in the life of a process. */
  | { type: 'log-not-rotated'; path: string; errno: number }
  /** The file of this name is another one now: the logger has rotated it, or found that another program has. `errno` is 0. */
  | { type: 'log-rotated'; path: string; errno: number }
  /** The process at the other end of a socket of the daemon's, as FIND_PEER has asked; `errno`: why that is not known, or why it could not be connected, or 0. */
  | { type: 'peer'; token: number; errno: number; pid: number; uid: number; gid: number }
  /**
   * So many bytes can be read from a socket of the daemon's, as LOOK has asked, 0: it is at its end, or cannot be read (`errno`). With
   * `file` a descriptor came, which this number names from now on; one with `errno` has been closed, because too many are kept.
   */
  | { type: 'looked'; token: number; count: number; errno: number; file?: number }
  /**
   * The process has said something: lines of sd_notify(3), `READY=1` for a newline on its pipe. With `errno` nothing counts: EPERM,
   * `pid` may not speak for it (said once); EMSGSIZE, the message was too long; EPIPE, the pipe was closed without a newline.
   */
  | { type: 'notified'; process: number; pid: number; errno: number; detail: string }
  /** Another logger has come up in place of one that has ended. */
  | { type: 'logger-replaced'; pid: number }
  /** A signal sent to the supervisor, which is what users know as init. */
  | { type: 'signal'; signal: number }
);

/**
 * `signal` is 0 for an ordinary exit. Log output that came before it has been written, unless the disk is stuck. `standingOrder`: the one
 * that has been carried out, and so the name of the process that runs in its place or will be reported as `spawn-failed`.
 */
export interface Exited {
  type: 'exited';
  process: number;
  pid: number;
  code: number;
  signal: number;
  core: boolean;
  usage: ResourceUsage;
  standingOrder?: number;
}

export interface ResourceUsage {
  /** Microseconds of processor time. */
  user: number;
  system: number;
  /** Largest resident set, in KiB. */
  maxRss: number;
}

/** The supervisor's state for a daemon that has just connected, before any report. */
export interface SupervisorState {
  pid: number;
  /** The id of the last command it has carried out. */
  lastCommand: number;
  processes: { process: number; pid: number }[];
  /** Why the kernel did not make it a subreaper, so that orphans of jobs are not its children; 0 when it did. */
  subreaperErrno: number;
}
