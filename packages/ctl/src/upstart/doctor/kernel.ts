/** What init uses of the kernel where it is there. */
import { existsSync, readFileSync, watch } from 'node:fs';
import { release } from 'node:os';
import { attempt, type Check, type Finding, ok, warning } from './finding.ts';

/** Versions of Linux, and what is missing before. */
const FEATURES = [
  { since: [5, 3], lost: 'a process that ends is found by its pid alone, which another one may have got (pidfd)' },
  { since: [5, 9], lost: 'each start of a process copies the table of descriptors (close_range)' },
] as const;

/** ptrace_scope: nobody may trace. */
const NO_TRACING = '3';

export const kernel: Check = {
  name: 'kernel',
  run() {
    const found = [...features(), ...tracing(), ...controlGroups(), ...processes(), ...watching()];
    return found.length > 0 ? found : [ok(`Linux ${release()} has all that init uses`)];
  },
};

function features(): Finding[] {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return FEATURES.filter(({ since }) => major < since[0] || (major === since[0] && minor < since[1])).map(
    ({ since, lost }) => warning(`Linux ${release()} is older than ${since.join('.')}: ${lost}`, 'use a newer kernel'),
  );
}

function tracing(): Finding[] {
  const scope = attempt(() => readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'latin1').trim());
  if (!('value' in scope) || scope.value !== NO_TRACING) return [];
  return [
    warning(
      'nothing may be traced (kernel.yama.ptrace_scope is 3): `expect fork` and `expect daemon` cannot follow',
      'sysctl kernel.yama.ptrace_scope=1, or have services stay in the foreground',
    ),
  ];
}

function controlGroups(): Finding[] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return [];
  const text = existsSync('/sys/fs/cgroup/memory')
    ? 'control groups are those of version 1'
    : 'control groups are not mounted';
  return [warning(`${text}: \`cgroup\` and --job-cgroups may not work`, 'mount -t cgroup2 none /sys/fs/cgroup')];
}

function processes(): Finding[] {
  const mounts = attempt(() => readFileSync('/proc/mounts', 'latin1'));
  if ('error' in mounts) return [warning(`/proc cannot be read: ${mounts.error}`, 'mount -t proc proc /proc')];
  const line = mounts.value.split('\n').findLast((row) => row.split(' ')[1] === '/proc');
  if (line === undefined || !/hidepid=(?!0|off)/.test(line)) return [];
  return [
    warning('/proc hides the processes of other users (hidepid): `upstart ps` and sessions see their own only', null),
  ];
}

/** As init watches the folders of job files. The limits of inotify are those of a user. */
function watching(): Finding[] {
  const tried = attempt(() => watch('/').close());
  if (!('error' in tried)) return [];
  return [
    warning(
      `folders cannot be watched (inotify: ${tried.error}): init may notice changes of job files late`,
      'sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=100000; until then: initctl reload-configuration',
    ),
  ];
}
