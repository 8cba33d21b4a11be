/**
 * A job class as its configuration files define it: the one shape that `conf` makes and `engine` runs on.
 * Plain data, so that it can be journaled as it is.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Condition, Slot } from '@upstart/common';
import type { Probe } from './probes.ts';

/** `exec` is the rest of the stanza's line, `script` the text of the block (reference: job files §4.4). */
export interface ProcessDefinition {
  kind: 'exec' | 'script';
  text: string;
}

export type Expect = 'none' | 'stop' | 'fork' | 'daemon' | 'notify' | 'fd';
export type Console = 'none' | 'output' | 'owner' | 'log';

/** The resources that can be limited (reference: job files §4.2), by the kernel's numbers: in this order they are set. */
export const RESOURCE_NAMES = [
  'cpu',
  'fsize',
  'data',
  'stack',
  'core',
  'rss',
  'nproc',
  'nofile',
  'memlock',
  'as',
  'sigpending',
  'msgqueue',
  'nice',
  'rtprio',
] as const;

/** A resource limit; null is `unlimited`. Values are as unsigned 64-bit numbers, in decimal. */
export interface ResourceLimit {
  resource: string;
  soft: string | null;
  hard: string | null;
}

/** One `cgroup` stanza; `name` null stands for `$UPSTART_CGROUP`. */
export interface CGroupSetting {
  controller: string;
  name: string | null;
  key: string | null;
  value: string | null;
}

/** One `env-file` stanza; the path may hold variables. */
export interface EnvFile {
  path: string;
  mayBeMissing: boolean;
}

/** `cluster one` and `cluster at most`: how many instances with the same lease may run on all hosts of a cluster at one time. */
export interface ClusterPlaces {
  most: number;
  /** The name of the lease; null: that of the instance. */
  group: string | null;
  /** Labels of hosts, `KEY=VALUE`: a free lease goes to a host that has an earlier one. */
  prefer: string[];
}

/** Where a stanza stands. */
export interface StanzaPlace {
  path: string;
  line: number;
}

export interface JobDefinition {
  name: string;
  /** The file that it comes from. */
  path: string;
  description: string | null;
  author: string | null;
  version: string | null;
  usage: string | null;
  /** Unexpanded; '' for a job that has one unnamed instance. */
  instance: string;
  /** `KEY=VALUE` or `KEY`, in the order of the file. */
  env: string[];
  /** Files with variables, which are read at each start of a process, in the order of the file. */
  envFiles: EnvFile[];
  export: string[];
  emits: string[];
  /** Names of events that go to the cluster: `emits cluster NAME…`. They are in `emits`, too, with all words of the stanza. */
  emitsCluster: string[];
  startOn: Condition | null;
  stopOn: Condition | null;
  /** Restarts an instance that runs. */
  restartOn: Condition | null;
  /** Such a restart comes when its events have been quiet for so many milliseconds; 0: at once. */
  restartDelayMs: number;
  /** Sends an instance that runs its reload signal. */
  reloadOn: Condition | null;
  processes: Partial<Record<Slot, ProcessDefinition>>;
  expect: Expect;
  /** With `expect fd`: the descriptor on which a newline says that the job is ready; else 0. */
  expectFd: number;
  task: boolean;
  respawn: boolean;
  /** How many respawns within `respawnIntervalS` seconds; 0 in either means no limit. */
  respawnLimit: number;
  respawnIntervalS: number;
  /** The first pause before a respawn, which doubles up to the longest one; 0: none. In milliseconds. */
  respawnDelayMs: number;
  respawnMaxDelayMs: number;
  /** Having run so many milliseconds ends a series of respawns; null: as long as for any job. */
  respawnResetMs: number | null;
  /** So many milliseconds the main process has to live before the job has started. */
  readyAfterMs: number;
  /** All of these have to succeed before the job has started. */
  ready: Probe[];
  /** The pause between two tries of such a probe, and how long they are tried before the start has failed. In milliseconds. */
  readyIntervalMs: number;
  readyTimeoutMs: number;
  /** Which processes may send messages of sd_notify(3): the main one, or all of the job; null: none is asked for by this. */
  notifyAccess: 'main' | 'all' | null;
  /** WATCHDOG=1 has to come so often, in milliseconds; 0: never. */
  watchdogMs: number;
  /** These are tried again and again while the job runs. */
  check: Probe[];
  /** The pause between two tries of such a probe, and the longest time of one. In milliseconds. */
  checkIntervalMs: number;
  checkTimeoutMs: number;
  /** So many failures in a row make an instance unhealthy. */
  checkFailures: number;
  checkAction: 'restart' | 'none';
  /** Exit statuses, and signals as `signal << 8`. */
  normalExit: number[];
  /** Seconds until SIGKILL follows the kill signal. */
  killTimeoutS: number;
  killSignal: number;
  /** Seconds that a hook may run once the job is to stop, 0 for ever; null: the daemon's default (--hook-timeout). */
  hookTimeoutS: number | null;
  reloadSignal: number;
  /** null: the daemon's default. */
  console: Console | null;
  /** Where the output is sent, besides its file: `syslog tcp://logs:601`, a name of upstart.conf, or `none` of those that are for all jobs. */
  logTo: string[];
  /** `KEY=VALUE`: what is sent with each line. */
  logLabels: string[];
  /** null: the daemon's default. */
  umask: number | null;
  /** null: inherited. */
  nice: number | null;
  /** -1000 … 1000; 0 is not set. */
  oomScore: number;
  limits: ResourceLimit[];
  chroot: string | null;
  chdir: string | null;
  setuid: string | null;
  setgid: string | null;
  apparmorSwitch: string | null;
  cgroups: CGroupSetting[];
  /** null: it runs without a lease. */
  cluster: ClusterPlaces | null;
  debug: boolean;
  /** Fields that a daemon of before did not know when it read the file: they have values as if the file did not mention them. */
  unread: string[];
}

/** All lists without an entry: with one of its own for each, a thousand jobs would have seven thousand of them. */
const NONE: never[] = [];
Object.freeze(NONE);

/** A class as a job file that says nothing defines it. Its lists are not to be added to. */
export function emptyDefinition(name: string, path: string): Required<JobDefinition> {
  return {
    name,
    path,
    description: null,
    author: null,
    version: null,
    usage: null,
    instance: '',
    env: NONE,
    envFiles: NONE,
    export: NONE,
    emits: NONE,
    emitsCluster: NONE,
    startOn: null,
    stopOn: null,
    restartOn: null,
    restartDelayMs: 0,
    reloadOn: null,
    processes: {},
    expect: 'none',
    expectFd: 0,
    task: false,
    respawn: false,
    respawnLimit: 10,
    respawnIntervalS: 5,
    respawnDelayMs: 0,
    respawnMaxDelayMs: 0,
    respawnResetMs: null,
    readyAfterMs: 0,
    ready: NONE,
    readyIntervalMs: 500,
    readyTimeoutMs: 60_000,
    notifyAccess: null,
    watchdogMs: 0,
    check: NONE,
    checkIntervalMs: 10_000,
    checkTimeoutMs: 3000,
    checkFailures: 3,
    checkAction: 'restart',
    normalExit: NONE,
    killTimeoutS: 5,
    killSignal: 15,
    hookTimeoutS: null,
    reloadSignal: 1,
    console: null,
    logTo: NONE,
    logLabels: NONE,
    umask: null,
    nice: null,
    oomScore: 0,
    limits: NONE,
    chroot: null,
    chdir: null,
    setuid: null,
    setgid: null,
    apparmorSwitch: null,
    cgroups: NONE,
    cluster: null,
    debug: false,
    unread: NONE,
  };
}

const FIELDS = Object.keys(emptyDefinition('', '')) as (keyof JobDefinition)[];

/** Whether two definitions say the same. Nearly all fields are one value in both, which takes less time to see than a comparison. */
export function areEqualDefinitions(one: JobDefinition, other: JobDefinition): boolean {
  return FIELDS.every((field) => one[field] === other[field] || isDeepStrictEqual(one[field], other[field]));
}

/** Brings a definition that another daemon has saved to the shape of today, in place. */
export function completeDefinition(saved: JobDefinition): void {
  const empty = emptyDefinition(saved.name, saved.path);
  const unread = Object.keys(empty).filter((field) => !(field in saved) && field !== 'unread');
  for (const field of Object.keys(saved)) if (!(field in empty)) delete saved[field as keyof JobDefinition];
  Object.assign(saved, { ...empty, ...saved, unread: [...(saved.unread ?? []), ...unread] });
}

/** Whether a file still says what it said when `known` was read from it, as far as that was understood. */
export function isSameDefinition(known: JobDefinition, read: JobDefinition): boolean {
  const learnt = Object.fromEntries(known.unread.map((field) => [field, read[field as keyof JobDefinition]]));
  return isDeepStrictEqual({ ...known, ...learnt, unread: [] }, { ...read, unread: [] });
}
