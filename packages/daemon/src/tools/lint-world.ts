/** This machine, as the rules of the lint see it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { jobsOf, type KnownJob, type LintWorld, parseJob } from '@upstart/job-language';
import { fsPath, inspect, readJobFile } from '../conf/job-file.ts';
import { noChanges, Source } from '../conf/source.ts';

/** The timeout of a look-up in a directory of users, in milliseconds. */
const LOOK_UP_TIME_MS = 2000;
/** The exit status of getent for an unknown name. */
const NO_SUCH_ENTRY = 2;
/** The most jobs of a configuration; warnings ignore a larger one. */
const MAX_JOBS = 2000;

/** The world of a job file: the machine of the check, and the folder of the file. */
export function lintWorld(file: string): LintWorld {
  return {
    hasUser: (name) => hasEntry('passwd', name),
    hasGroup: (name) => hasEntry('group', name),
    isFolder: (path) => inspect(() => statSync(fsPath(path)).isDirectory()) ?? false,
    isExecutable,
    hasClusterConf,
    highestLimit,
    jobs: otherJobs(file),
  };
}

/** Asks getent if the file does not have the name, whatever `nsswitch.conf` says. */
function hasEntry(database: 'passwd' | 'group', name: string): boolean | null {
  const text = inspect(() => readFileSync(`/etc/${database}`, 'utf8'));
  if (text?.split('\n').some((line) => line.startsWith(`${name}:`))) return true;
  if (name.startsWith('-')) return false;
  const { status } = spawnSync('getent', [database, name], { stdio: 'ignore', timeout: LOOK_UP_TIME_MS });
  if (status === 0) return true;
  return status === NO_SUCH_ENTRY ? false : null;
}

function isExecutable(path: string): boolean | null {
  const stats = inspect(() => statSync(path));
  if (stats === null) return null;
  if (stats.isDirectory()) return false;
  // Root may read everything, but executes only files with an execute bit.
  if (stats.mode & 0o111) return true;
  return inspect(() => accessSync(path, constants.X_OK)) !== null;
}

/** That of the system, or of the user's sessions. */
function hasClusterConf(): boolean {
  const { UPSTART_CLUSTER_CONF: named, XDG_CONFIG_HOME, HOME = '/' } = process.env;
  const home = XDG_CONFIG_HOME || join(HOME, '.config');
  const paths = named ? [named] : ['/etc/upstart/cluster.conf', join(home, 'upstart-cluster.conf')];
  return paths.some((path) => inspect(() => statSync(path)) !== null);
}

/** The kernel has an upper bound only for the number of open files; root may set any other limit. */
function highestLimit(resource: string): bigint | null {
  if (resource !== 'nofile') return null;
  const text = inspect(() => readFileSync('/proc/sys/fs/nr_open', 'utf8'));
  return text !== null && /^\d+\s*$/.test(text) ? BigInt(text.trim()) : null;
}

/** The jobs of the configuration that the file belongs to; null if it stands alone. */
function otherJobs(file: string): Map<string, KnownJob> | null {
  const path = resolve(file);
  const source = new Source(topFolder(dirname(path)));
  source.scan(noChanges());
  if (source.confs.size > MAX_JOBS) return null;
  const jobs = new Map<string, KnownJob>();
  for (const [name, conf] of source.confs) {
    const job = conf.path === path ? null : inspect(() => knownJob(conf.path));
    if (job !== null) jobs.set(name, job);
  }
  return jobs.size > 0 ? jobs : null;
}

/** Names of configuration folders: `/etc/init`, `~/.init`, `~/.config/upstart`, `/usr/share/upstart/sessions`. */
const FOLDER_NAMES: ReadonlySet<string> = new Set(['init', '.init', 'upstart', 'sessions']);

/** The folder of the configuration: jobs may stand in folders below it. If there is none above, it is the file's own folder. */
function topFolder(folder: string): string {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    if (FOLDER_NAMES.has(basename(above))) return above;
  }
  return folder;
}

function knownJob(path: string): KnownJob {
  const content = readJobFile(path);
  const { emits, instance, processes, restartOn } = parseJob(content?.text ?? '', { name: '', path });
  const commands = Object.values(processes).map(({ text }) => text);
  return { emits, hasInstances: instance !== '', restartedBy: jobsOf(restartOn), commands };
}
