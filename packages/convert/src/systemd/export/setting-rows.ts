/**
 * The stanzas of a job as directives of a unit: a row for each. Conditions and processes are not among them
 * (`relations.ts`, `service.ts`). docs/convert.md has this table.
 */
import { signalName } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { Fidelity } from '../../translation.ts';
import { secondsText } from '../unit/time.ts';
import { quoted, withoutSpecifiers } from '../unit/words.ts';

export interface SettingRow {
  readonly stanza: string;
  /** The directives, as the documentation names them; '' where there is none. */
  readonly directives: string;
  readonly fidelity: Fidelity;
  /** How it is approximated, or why it cannot be expressed. */
  readonly note?: string;
  /** Whether the job has the stanza. */
  has(job: JobDefinition): boolean;
  /** Adds the directives. */
  write(job: JobDefinition, add: (section: 'Unit' | 'Service', key: string, value: string) => void): void;
}

const nothing = (): void => {};

/** A row of a field with one value, which is null unless the job has the stanza. */
function plain(
  stanza: string,
  section: 'Unit' | 'Service',
  key: string,
  read: (job: JobDefinition) => string | null,
  note?: string,
): SettingRow {
  return {
    ...{ stanza, directives: `${key}=`, fidelity: note === undefined ? 'exact' : 'approximated' },
    ...(note !== undefined && { note }),
    has: (job) => read(job) !== null,
    write: (job, add) => add(section, key, read(job) as string),
  };
}

function refused(stanza: string, has: (job: JobDefinition) => boolean, note: string): SettingRow {
  return { stanza, directives: '', fidelity: 'refused', note, has, write: nothing };
}

const text = (value: string | null): string | null => (value === null ? null : withoutSpecifiers(value));
/** A folder: systemd takes absolute paths only. */
const absolute = (path: string | null): string | null => (path?.startsWith('/') ? withoutSpecifiers(path) : null);
const list = (names: readonly string[]): string | null =>
  names.length === 0 ? null : withoutSpecifiers(names.join(' '));

/** `SIGTERM`, or a number. */
export function signalText(signal: number): string {
  const name = signalName(signal);
  return name === undefined ? String(signal) : `SIG${name}`;
}

/** `2 SIGTERM`: statuses as systemd has them; those above 255 no process ends with. */
function statuses(normalExit: readonly number[]): string {
  return normalExit
    .filter((status) => status <= 255 || status >> 8 < 65)
    .map((status) => (status <= 255 ? String(status) : signalText(status >> 8)))
    .join(' ');
}

const isRespawned = ({ respawn, processes }: JobDefinition): boolean => respawn && processes.main !== undefined;

export const SETTING_ROWS: readonly SettingRow[] = [
  plain('description', 'Unit', 'Description', ({ description }) => text(description)),
  plain('author', 'Unit', 'X-Upstart-Author', ({ author }) => text(author)),
  plain('version', 'Unit', 'X-Upstart-Version', ({ version }) => text(version)),
  plain('usage', 'Unit', 'X-Upstart-Usage', ({ usage }) => text(usage)),
  plain('emits', 'Unit', 'X-Upstart-Emits', ({ emits }) => list(emits), 'kept as a note: systemd has no events'),
  plain('export', 'Unit', 'X-Upstart-Export', (job) => list(job.export), 'kept as a note: systemd has no events'),
  {
    ...{ stanza: 'env', directives: 'Environment=, PassEnvironment=', fidelity: 'exact' },
    has: ({ env }) => env.length > 0,
    write: ({ env, instance }, add) => {
      const own = /^\$\{?(\w+)\}?$/.exec(instance)?.[1];
      for (const each of env) {
        if (!each.includes('=')) add('Service', 'PassEnvironment', each);
        else if (!each.startsWith(`${own}=`)) add('Service', 'Environment', quoted(withoutSpecifiers(each)));
      }
    },
  },
  {
    ...{ stanza: 'env-file', directives: 'EnvironmentFile=', fidelity: 'exact' },
    has: ({ envFiles }) => envFiles.some(({ path }) => !path.includes('$')),
    write: ({ envFiles }, add) => {
      for (const { path, mayBeMissing } of envFiles)
        if (!path.includes('$'))
          add('Service', 'EnvironmentFile', `${mayBeMissing ? '-' : ''}${withoutSpecifiers(path)}`);
    },
  },
  refused('env-file $…', ({ envFiles }) => envFiles.some(({ path }) => path.includes('$')), 'no variables in paths'),
  {
    ...{ stanza: 'respawn', directives: 'Restart=always', fidelity: 'exact' },
    has: (job) => isRespawned(job) && !job.task,
    write: (_, add) => add('Service', 'Restart', 'always'),
  },
  {
    ...{ stanza: 'respawn (task)', directives: 'Restart=on-failure', fidelity: 'approximated' },
    note: 'HUP, INT, TERM and PIPE end it as well',
    has: (job) => isRespawned(job) && job.task,
    write: (_, add) => add('Service', 'Restart', 'on-failure'),
  },
  {
    ...{ stanza: 'respawn limit', directives: 'StartLimitBurst=, StartLimitIntervalSec=', fidelity: 'approximated' },
    note: 'systemd counts all starts, the first one and those by hand as well',
    has: isRespawned,
    write: ({ respawnLimit, respawnIntervalS }, add) => {
      const isLimited = respawnLimit > 0 && respawnIntervalS > 0;
      add('Unit', 'StartLimitIntervalSec', isLimited ? String(respawnIntervalS) : '0');
      if (isLimited) add('Unit', 'StartLimitBurst', String(respawnLimit));
    },
  },
  {
    ...{ stanza: 'respawn delay FIRST', directives: 'RestartSec=', fidelity: 'exact' },
    has: isRespawned,
    write: ({ respawnDelayMs }, add) => add('Service', 'RestartSec', secondsText(respawnDelayMs)),
  },
  {
    ...{
      stanza: 'respawn delay … LONGEST',
      directives: 'RestartSec=',
      fidelity: 'approximated',
      note: 'the pause stays FIRST',
    },
    has: (job) => isRespawned(job) && job.respawnMaxDelayMs > job.respawnDelayMs,
    write: nothing,
  },
  refused(
    'respawn reset',
    ({ respawnResetMs }) => respawnResetMs !== null,
    'no run of any length ends a series of restarts',
  ),
  {
    ...{ stanza: 'normal exit', directives: 'SuccessExitStatus=, RestartPreventExitStatus=', fidelity: 'exact' },
    has: ({ normalExit }) => normalExit.length > 0,
    write: (job, add) => {
      const failing = statuses(job.normalExit.filter((status) => status !== 0));
      if (failing !== '') add('Service', 'SuccessExitStatus', failing);
      if (isRespawned(job)) add('Service', 'RestartPreventExitStatus', statuses(job.normalExit));
    },
  },
  plain('notify access', 'Service', 'NotifyAccess', ({ notifyAccess }) => notifyAccess),
  plain('watchdog', 'Service', 'WatchdogSec', ({ watchdogMs }) => (watchdogMs > 0 ? secondsText(watchdogMs) : null)),
  {
    ...{ stanza: 'ready exec', directives: 'ExecStartPost=', fidelity: 'approximated' },
    note: 'a loop, which runs until the command succeeds or the start times out',
    has: ({ ready }) => ready.some(({ kind }) => kind === 'exec'),
    write: nothing,
  },
  {
    ...{
      stanza: 'ready after',
      directives: 'ExecStartPost=',
      fidelity: 'approximated',
      note: 'sleep, whether or not the process lives',
    },
    has: ({ readyAfterMs, task }) => readyAfterMs > 0 && !task,
    write: nothing,
  },
  refused('log to', ({ logTo }) => logTo.length > 0, 'the journal has the output, and passes it on'),
  refused('log label', ({ logLabels }) => logLabels.length > 0, 'LogExtraFields= is for services of the system alone'),
  refused(
    'ready tcp, unix, http, log',
    ({ ready }) => ready.some(({ kind }) => kind !== 'exec'),
    'systemd has no probes',
  ),
  refused(
    'check',
    ({ check }) => check.length > 0,
    'systemd has no probes; WatchdogSec= is for programs that call sd_notify',
  ),
  {
    ...{ stanza: 'ready timeout', directives: 'TimeoutStartSec=', fidelity: 'exact' },
    has: ({ task, processes }) => !task && processes.main !== undefined,
    write: (job, add) => {
      const { expect, ready, readyTimeoutMs } = job;
      const isAwaited = expect === 'notify' || expect === 'fd' || ready.length > 0;
      add('Service', 'TimeoutStartSec', isAwaited ? secondsText(readyTimeoutMs) : 'infinity');
    },
  },
  plain('kill signal', 'Service', 'KillSignal', ({ killSignal }) =>
    killSignal === 15 ? null : signalText(killSignal),
  ),
  {
    ...{ stanza: 'kill timeout', directives: 'TimeoutStopSec=', fidelity: 'exact' },
    has: ({ processes }) => processes.main !== undefined,
    // 0 is infinity to systemd.
    write: ({ killTimeoutS }, add) =>
      add(
        'Service',
        'TimeoutStopSec',
        killTimeoutS === 0 ? '1ms' : killTimeoutS === 2_147_483_647 ? 'infinity' : String(killTimeoutS),
      ),
  },
  refused('hook timeout', ({ hookTimeoutS }) => hookTimeoutS !== null, 'TimeoutStopSec= is for all of the stop'),
  {
    ...{ stanza: 'reload signal', directives: 'ExecReload=', fidelity: 'exact' },
    has: ({ task, reloadSignal, processes }) => processes.main !== undefined && (!task || reloadSignal !== 1),
    write: ({ reloadSignal }, add) =>
      add('Service', 'ExecReload', `/bin/kill -${signalText(reloadSignal).replace(/^SIG/, '')} $MAINPID`),
  },
  {
    ...{ stanza: 'console log, none', directives: 'StandardOutput=, StandardError=', fidelity: 'exact' },
    has: ({ console }) => console === 'log' || console === 'none',
    write: ({ console }, add) => {
      const value = console === 'log' ? 'journal' : 'null';
      add('Service', 'StandardOutput', value);
      add('Service', 'StandardError', value);
    },
  },
  {
    ...{
      stanza: 'console output, owner',
      directives: 'StandardInput=, StandardOutput=, TTYPath=',
      fidelity: 'approximated',
    },
    note: 'the console as a terminal',
    has: ({ console }) => console === 'output' || console === 'owner',
    write: ({ console }, add) => {
      if (console === 'owner') add('Service', 'StandardInput', 'tty-force');
      add('Service', 'StandardOutput', 'tty');
      add('Service', 'StandardError', 'tty');
      add('Service', 'TTYPath', '/dev/console');
    },
  },
  plain('umask', 'Service', 'UMask', ({ umask }) => (umask === null ? null : umask.toString(8).padStart(4, '0'))),
  plain('nice', 'Service', 'Nice', ({ nice }) => (nice === null ? null : String(nice))),
  plain('oom', 'Service', 'OOMScoreAdjust', ({ oomScore }) => (oomScore === 0 ? null : String(oomScore))),
  {
    ...{ stanza: 'limit', directives: 'LimitNOFILE= and the like', fidelity: 'exact' },
    has: ({ limits }) => limits.length > 0,
    write: ({ limits }, add) => {
      for (const { resource, soft, hard } of limits) {
        // The highest value of `nice` has no name.
        const most = resource === 'nice' ? '40' : 'infinity';
        const [low, high] = [soft ?? most, hard ?? most];
        add('Service', `Limit${resource.toUpperCase()}`, low === high ? low : `${low}:${high}`);
      }
    },
  },
  plain('chroot', 'Service', 'RootDirectory', ({ chroot }) => absolute(chroot)),
  plain('chdir', 'Service', 'WorkingDirectory', ({ chdir }) => absolute(chdir)),
  refused(
    'chdir, chroot (relative)',
    ({ chdir, chroot }) => [chdir, chroot].some((path) => path !== null && absolute(path) === null),
    'absolute paths only',
  ),
  plain('setuid', 'Service', 'User', ({ setuid }) => text(setuid)),
  plain('setgid', 'Service', 'Group', ({ setgid }) => text(setgid)),
  plain('apparmor switch', 'Service', 'AppArmorProfile', ({ apparmorSwitch }) => text(apparmorSwitch)),
  refused('cluster', ({ cluster }) => cluster !== null, 'systemd knows no other machine'),
  refused('cgroup', ({ cgroups }) => cgroups.length > 0, 'other controllers: use MemoryMax=, CPUWeight= and the like'),
  refused('debug', ({ debug }) => debug, 'for finding faults of init'),
];
