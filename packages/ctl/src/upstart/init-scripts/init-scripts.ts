/**
 * Scripts of System V beside the jobs: those that the job `rc` runs in the present runlevel (reference: system §5). Their state is
 * what files say of it: no script is run.
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { LOGIN_FILES, readRunlevel } from '@upstart/common/login-records';
import { parseLsbHeader } from '../../system/rc/lsb-header.ts';
import { isJob, linksOf, type RunlevelFolders } from '../../system/rc/scripts.ts';

/** The job that runs the scripts: an init without it runs none. */
export const RC_JOB = 'rc';
/** More scripts than this are not shown. */
export const MAX_SCRIPTS = 500;
/** The head of a script, which has its comments, is read up to here; a pid file as well. */
const MAX_HEAD_BYTES = 16_384;
const MAX_PID_BYTES = 32;
/** Where its comments name no pid file: the usual folder. */
const PID_FOLDER = '/run';

export interface InitScript {
  readonly name: string;
  /** In `/etc/init.d`. */
  readonly path: string;
  readonly runlevel: string;
  /** The link by which the present runlevel starts it; null: the runlevel does not. */
  readonly link: string | null;
  /** `ended`: the process that its pid file names has; `unknown`: it has no pid file. */
  readonly state: 'running' | 'ended' | 'unknown';
  /** The process that its pid file names. */
  readonly pid: number | null;
  readonly pidFile: string | null;
  /** Of its header: `Short-Description` and `Required-Start`. */
  readonly description: string | null;
  readonly needs: readonly string[];
}

/** The scripts that the present runlevel starts, in the order of their links. `root`: the folder above `/etc`, `/run` and `/proc`. */
export function startedScripts(root: string): InitScript[] {
  const runlevel = presentRunlevel(root);
  if (runlevel === null) return [];
  const folders = foldersIn(root);
  return linksOf(runlevel, folders)
    .filter(({ kind, path, service }) => kind === 'S' && !isJob(path, service, folders))
    .slice(0, MAX_SCRIPTS)
    .map(({ service, path }) => scriptOf(service, `/${path.slice(root.length).replace(/^\/+/, '')}`, runlevel, root));
}

/** The script of that name, whether the runlevel starts it or not; null: there is none, or a job has its place. */
export function scriptNamed(name: string, root: string): InitScript | null {
  const started = startedScripts(root).find((script) => script.name === name);
  if (started) return started;
  const path = join(root, '/etc/init.d', name);
  const runlevel = presentRunlevel(root);
  if (!/^[\w@+.-]*\w$/.test(name) || runlevel === null) return null;
  return isJob(path, name, foldersIn(root)) || headOf(path, 1) === null ? null : scriptOf(name, null, runlevel, root);
}

const foldersIn = (root: string): RunlevelFolders => ({ etc: join(root, 'etc'), jobs: join(root, 'etc/init') });

function presentRunlevel(root: string): string | null {
  try {
    const level = readRunlevel(join(root, LOGIN_FILES.utmp))?.level;
    return level !== undefined && /^[0-6S]$/.test(level) ? level : null;
  } catch {
    return null;
  }
}

function scriptOf(name: string, link: string | null, runlevel: string, root: string): InitScript {
  const path = join('/etc/init.d', name);
  const head = headOf(join(root, link ?? path), MAX_HEAD_BYTES) ?? '';
  const [, named] = /^#\s*pidfile:\s*(\/\S+)/im.exec(head) ?? [];
  const pidFile = named ?? join(PID_FOLDER, `${name.replace(/\.sh$/, '')}.pid`);
  const pid = pidIn(join(root, pidFile));
  return {
    ...{ name, path, runlevel, link, pid },
    state: pid === null ? 'unknown' : existsSync(join(root, 'proc', String(pid))) ? 'running' : 'ended',
    pidFile: pid === null ? null : pidFile,
    description: /^#\s*Short-Description:[ \t]*(\S.*)$/im.exec(head)?.[1]?.trimEnd() ?? null,
    needs: parseLsbHeader(head)?.requiredStart ?? [],
  };
}

function pidIn(path: string): number | null {
  const pid = Number(/^\s*(\d{1,10})\s*$/.exec((headOf(path, MAX_PID_BYTES) ?? '').split('\n')[0] ?? '')?.[1]);
  return pid > 0 ? pid : null;
}

/** The first bytes of a plain file. A pid file may lie in a folder of the service's user, who must not delay init by a FIFO. */
function headOf(path: string, maxBytes: number): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(file).isFile()) return null;
    const bytes = Buffer.alloc(maxBytes);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, maxBytes, 0));
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}
