/**
 * Messages about a process that could not be started (reference: jobs §8.2).
 */
import { errnoText } from '@upstart/common';
import type { SpawnStep } from '../../supervisor/process-messages.ts';

const STEP_TEXTS: Record<SpawnStep, string | ((detail: string) => string)> = {
  fork: 'unable to fork',
  'script-fd': 'unable to move script fd',
  'signal-handler': 'unable to modify signal handler',
  grantpt: 'unable to granpt',
  unlockpt: 'unable to unlockpt',
  ptsname: 'unable to get ptsname',
  'pty-slave': 'unable to open pty slave',
  console: 'unable to open console',
  apparmor: 'unable to switch security profile',
  limit: (resource) => `unable to set "${resource}" resource limit`,
  nice: 'unable to set priority',
  oom: 'unable to set oom adjustment',
  chroot: 'unable to change root directory',
  chdir: 'unable to change working directory',
  'setuid-lookup': 'unable to find setuid user',
  'setgid-lookup': 'unable to find setgid group',
  chown: 'unable to chown',
  getpwuid: 'unable to getpwuid',
  getgrgid: 'unable to getgrgid',
  initgroups: 'unable to initgroups',
  setgid: 'unable to setgid',
  setuid: 'unable to setuid',
  'cgroup-enter': 'unable to enter cgroup',
  trace: 'unable to set trace',
  exec: 'unable to execute',
  memory: 'unable to allocate memory',
  'cgroup-setup': 'unable to setup cgroup',
  // The job's files are named by `envFileErrorText`.
  'env-file': 'unable to read env-file',
  'ready-fd': 'unable to move ready descriptor',
};

/** A look-up that found nothing has no errno of its own. */
const LOOKUP_ERRORS: Partial<Record<SpawnStep, string>> = {
  'setuid-lookup': 'unable to getpwnam',
  'setgid-lookup': 'unable to getgrnam',
};

/** `unable to execute: No such file or directory`. `detail` is the resource of a limit, or the program that did not answer. */
export function spawnErrorText(step: SpawnStep, errno: number, detail: string): string {
  const text = STEP_TEXTS[step];
  if (typeof text !== 'string') return `${text(detail)}: ${errnoText(errno)}`;
  const lookup = LOOKUP_ERRORS[step];
  if (lookup !== undefined && errno === 0) return text;
  return `${lookup ?? text}: ${errnoText(errno)}${detail === '' ? '' : ` (${detail})`}`;
}
