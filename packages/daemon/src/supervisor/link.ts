/**
 * The supervisor's link to the daemon that it starts, and the identity of that supervisor.
 */
import { readFileSync } from 'node:fs';

/** Variables that the supervisor adds for the daemon; jobs do not see them. */
const OWN = [
  'UPSTART_SUPERVISOR_FD',
  'UPSTART_DAEMON_FAILURES',
  'UPSTART_SUPERVISOR_ORDERS',
  'UPSTART_SUPERVISOR_NOTE',
  'UPSTART_SUPERVISOR_ACKNOWLEDGED',
  'UPSTART_SUPERVISOR_BEGUN',
  'UPSTART_SUPERVISOR_LOG_FOLDER',
  'UPSTART_SUPERVISOR_NUMBERS',
  'UPSTART_SUPERVISOR_DBUS_FD',
  'UPSTART_DAEMON',
  'UPSTART_NODE',
  'UPSTART_SUPERVISOR_CRASHES',
  'MALLOC_MMAP_THRESHOLD_',
];
/** Variables that change how the daemon itself runs: the values that jobs are to get were put aside under this prefix. */
const SAVED = 'UPSTART_SAVED_';

export interface SupervisorLink {
  fd: number;
  /** How many daemons in a row began to recover and ended before they had come to work. */
  failures: number;
  /** The number of the last report that a daemon has acknowledged: it does not come again. */
  acknowledged: number;
  /** How many supervisors of the same process crashed before this one and lost their table of children. */
  crashes: number;
  /** It takes standing orders; one that was started before it could stays as it is until it is replaced. */
  takesOrders: boolean;
  /** It counts being replaced among its commands: whether that was done is known afterwards. */
  countsReplacement: boolean;
  /** It understands the spawn command of today: numbers for users, groups and limits, paths for control groups. */
  takesNumbers: boolean;
  /** The message of the daemon before this one to its successors, '' for the first one; null: the supervisor is too old to keep anything. */
  note: string | null;
  /** It finds out for the daemon which process is at the other end of a socket. */
  findsPeers: boolean;
  /** It takes descriptors that clients send. */
  takesFiles: boolean;
  /** It connects sockets of the daemon's. */
  connectsSockets: boolean;
  /** It opens listening sockets. */
  listens: boolean;
  /** It kills processes at a time that the daemon has named. */
  keepsDeadlines: boolean;
  /** It ends the process groups of probes. */
  endsGroups: boolean;
  /** It passes on what processes say of themselves. */
  takesMessages: boolean;
  /** It wants to hear that a daemon recovers. */
  hearsBegun: boolean;
  /** It wants to hear that the saved state has been recovered. */
  hearsRecovered: boolean;
  /** The socket that listens for D-Bus clients; null: its name was taken, or the supervisor is too old. */
  dbusFd: number | null;
  /** The environment that init was started with. */
  initEnv: Record<string, string>;
}

/** Throws when the daemon was not started by the supervisor. */
export function readSupervisorLink(env: NodeJS.ProcessEnv): SupervisorLink {
  const fd = Number(env.UPSTART_SUPERVISOR_FD);
  if (!Number.isInteger(fd) || fd < 3) throw new Error('the daemon is started by the program `init`, not by hand');
  const initEnv: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || OWN.includes(name)) continue;
    initEnv[name.startsWith(SAVED) ? name.slice(SAVED.length) : name] = value;
  }
  const count = (name: string): number => Number(env[name] ?? 0);
  const abilities = count('UPSTART_SUPERVISOR_ORDERS');
  const hasAll = abilities >= 4;
  return {
    fd,
    failures: count('UPSTART_DAEMON_FAILURES'),
    acknowledged: count('UPSTART_SUPERVISOR_ACKNOWLEDGED'),
    crashes: count('UPSTART_SUPERVISOR_CRASHES'),
    takesOrders: abilities >= 1,
    countsReplacement: abilities >= 2,
    findsPeers: abilities >= 3,
    takesFiles: abilities >= 5,
    takesMessages: abilities >= 6,
    connectsSockets: abilities >= 11,
    listens: abilities >= 8,
    keepsDeadlines: abilities >= 9,
    endsGroups: abilities >= 10,
    takesNumbers: hasAll || env.UPSTART_SUPERVISOR_NUMBERS === '1',
    note: env.UPSTART_SUPERVISOR_NOTE ?? null,
    hearsBegun: hasAll || env.UPSTART_SUPERVISOR_BEGUN === '1',
    hearsRecovered: hasAll,
    dbusFd: env.UPSTART_SUPERVISOR_DBUS_FD === undefined ? null : count('UPSTART_SUPERVISOR_DBUS_FD'),
    initEnv,
  };
}

/** Position of the start time among the fields of /proc/PID/stat that follow the name of the program. */
const START_TIME = 19;

/**
 * Tells one supervisor from every other that this machine has had: its pid, when it began, and which boot this is. One that
 * was re-executed is the same; one that crashed is not the one that took its place.
 */
export function supervisorIdentity(pid: number, crashes: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME];
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return [boot, pid, startTime, ...(crashes > 0 ? [crashes] : [])].join(' ');
}
