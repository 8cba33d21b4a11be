/**
 * The command of a slot of an instance, and its set-up (reference: job files §4.4; jobs §7–9).
 */
import type { Slot } from '@upstart/common';
import { type JobDefinition, type ProcessDefinition, RESOURCE_NAMES, type ResourceLimit } from '@upstart/job-language';
import { areListenFds, filesFrom } from '../../supervisor/file-numbers.ts';
import type { SpawnSpec } from '../../supervisor/process-messages.ts';
import { getVariable, mergeVariables, setVariable, unsetVariable } from '../environment/environment.ts';
import { ExpansionError, expand } from '../environment/expand.ts';
import { killTimeMs } from '../leases/lease.ts';
import { instanceLabel } from '../model/instance-label.ts';
import type { EngineSettings } from '../model/settings.ts';
import type { InstanceState } from '../model/state.ts';
import { notifySpec } from '../readiness/notify-message.ts';
import { cgroups, jobCgroup } from './cgroups.ts';

/** A command with any of these is handed to the shell. */
const SHELL_CHARACTERS = /[~`!$^&*()=|\\{}[\];"'<>?]/;
const SHELL = '/bin/sh';
/** The fencing token of a job with `cluster`. */
const LEASE_VARIABLE = 'UPSTART_LEASE';
/** Variables that processes of a job have besides the job's own. */
export const SUPPLIED_VARIABLES = ['UPSTART_JOB', 'UPSTART_INSTANCE', 'UPSTART_SESSION', LEASE_VARIABLE] as const;
/** Those of sd_notify(3), which a main process has that may send messages: the supervisor puts in the address and the pid. */
export const NOTIFY_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC'] as const;
/** The numbers in each process of the descriptors that its events brought. */
const FILES_VARIABLE = 'UPSTART_FDS';
/** All that a job has in which descriptors came: also what sd_listen_fds(3) reads. The supervisor puts in the pid. */
export const FILE_VARIABLES = [FILES_VARIABLE, 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'] as const;
/** Text on one line, with nothing but newlines behind it. */
const ONE_LINE = /^([^\n]*)\n*$/;

/** Everything that the supervisor needs to start the process. */
export function spawnSpec(
  settings: EngineSettings,
  definition: JobDefinition,
  instance: InstanceState,
  slot: Slot,
  process = definition.processes[slot] as ProcessDefinition,
): SpawnSpec {
  const env = processEnvironment(settings, definition, instance, slot);
  const settingsApply = slot !== 'security';
  const traced = slot === 'main' && (definition.expect === 'fork' || definition.expect === 'daemon');
  const { argv, script } = commandLine(process);
  const { console, logPath: log, outputLabel } = output(settings, definition, instance.name);
  // Field by field: for an object of this size, spreading takes V8 ten times as much memory and time.
  const spec: SpawnSpec = {
    argv,
    env,
    script,
    console,
    logPath: log,
    outputLabel,
    traceForks: traced ? (definition.expect === 'fork' ? 1 : 2) : 0,
    umask: settingsApply ? (definition.umask ?? settings.umask) : null,
    nice: settingsApply ? definition.nice : null,
    oomScore: settingsApply && definition.oomScore !== 0 ? definition.oomScore : null,
    limits: settingsApply ? inOrder(definition.limits) : [],
    chroot: settingsApply ? definition.chroot : null,
    // A chroot without chdir changes to its root: a folder outside would be a way out.
    chdir: settingsApply ? (definition.chdir ?? (definition.chroot === null ? settings.directory : '/')) : null,
    user: settingsApply ? definition.setuid : null,
    group: settingsApply ? definition.setgid : null,
    apparmorProfile: apparmorProfile(settings, definition, slot, env),
    cgroups: settingsApply ? cgroups(definition, instance, env) : [],
    jobCgroup: jobCgroup(settings, definition.name, instance.name),
    debugStop: definition.debug,
    orderable: slot === 'main' && isRepeatable(settings, definition),
  };
  const notify = slot === 'main' ? notifySpec(definition, settings) : undefined;
  if (notify) spec.notify = notify;
  if (instance.files) addFiles(spec, instance.files);
  if (instance.lease) spec.deadlineMs = killTimeMs(instance.lease);
  return spec;
}

/** Names the descriptors that a job gets, by their numbers in each process: one for each operand that brought one. */
export function setFileVariables(env: string[], numbers: readonly number[], names: readonly string[]): void {
  setVariable(env, `${FILES_VARIABLE}=${numbers.join(' ')}`);
  if (!areListenFds(numbers)) return;
  setVariable(env, `LISTEN_FDS=${names.length}`);
  setVariable(env, 'LISTEN_PID=0');
  setVariable(env, `LISTEN_FDNAMES=${names.join(':')}`);
}

function addFiles(spec: SpawnSpec, files: readonly number[]): void {
  spec.files = files;
  const from = filesFrom(Number.parseInt(getVariable(spec.env, FILES_VARIABLE) ?? '', 10));
  if (from !== undefined) spec.filesFrom = from;
}

/** Marks the processes of `ready exec` and `check exec`, with `ready` or `check` as its value. */
export const PROBE_VARIABLE = 'UPSTART_PROBE';

/**
 * For a process of a probe: set up as a hook of the job, but without the descriptors of events. Its output is dropped: lines every
 * few seconds would push the job's own lines out of a log that is rotated, and could match `ready log`.
 */
export function probeSpec(
  settings: EngineSettings,
  definition: JobDefinition,
  instance: InstanceState,
  process: ProcessDefinition,
  stanza: 'ready' | 'check',
): SpawnSpec {
  const spec = spawnSpec(settings, definition, instance, 'post-start', process);
  delete spec.files;
  delete spec.filesFrom;
  spec.console = 'none';
  spec.logPath = null;
  spec.outputLabel = null;
  for (const name of FILE_VARIABLES) unsetVariable(spec.env, name);
  setVariable(spec.env, `${PROBE_VARIABLE}=${stanza}`);
  // SIGSTOP before exec is for the processes that people debug.
  spec.debugStop = false;
  // What it has started is of no use when its answer has come.
  spec.takesGroup = true;
  return spec;
}

/** In the order of the kernel's numbers: the one that is reported when several fail does not depend on the file. */
function inOrder(limits: readonly ResourceLimit[]): ResourceLimit[] {
  const place = ({ resource }: ResourceLimit): number => (RESOURCE_NAMES as readonly string[]).indexOf(resource);
  return [...limits].sort((a, b) => place(a) - place(b));
}

/** The log file of an instance; null: its output goes to none. */
export function logFileOf(settings: EngineSettings, definition: JobDefinition, instance: string): string | null {
  return output(settings, definition, instance).logPath;
}

/** The destination of output. --job-output also prints output for the console: most containers have no other. */
function output(
  { defaultConsole, jobOutput, logDir }: EngineSettings,
  definition: JobDefinition,
  instance: string,
): Pick<SpawnSpec, 'console' | 'logPath' | 'outputLabel'> {
  const { name } = definition;
  const console = definition.console ?? defaultConsole;
  const path = console === 'log' && logDir !== null ? logPath(logDir, name, instance) : null;
  const printed = jobOutput && (console === 'log' || console === 'output');
  if (printed) return { console: 'log', logPath: path, outputLabel: instanceLabel(name, instance) };
  return { console: console === 'log' && path === null ? 'none' : console, logPath: path, outputLabel: null };
}

/** The words to execute, and the text for descriptor 9 if the shell is to read one. */
export function commandLine(process: ProcessDefinition): { argv: string[]; script: string | null } {
  const { kind, text } = process;
  if (kind === 'exec') {
    if (SHELL_CHARACTERS.test(text)) return { argv: [SHELL, '-e', '-c', `exec ${text}`, SHELL], script: null };
    return { argv: text.split(/[ \t\r\n]+/).filter((word) => word !== ''), script: null };
  }
  const line = ONE_LINE.exec(text)?.[1];
  if (line !== undefined) return { argv: [SHELL, '-e', '-c', line, SHELL], script: null };
  return { argv: [SHELL, '-e', '/proc/self/fd/9'], script: text };
}

/** Slots that a respawn has to run besides the main process. */
const BESIDES = ['security', 'pre-start', 'post-start', 'post-stop'] as const;

/** Whether a respawn (reference: jobs §4.1) follows any end of the process, and only starts this process again. */
function isRepeatable(settings: EngineSettings, definition: JobDefinition): boolean {
  return (
    definition.respawn &&
    !definition.task &&
    definition.normalExit.length === 0 &&
    definition.respawnDelayMs === 0 &&
    definition.expect === 'none' &&
    notifySpec(definition, settings) === undefined &&
    !definition.debug &&
    definition.cgroups.length === 0 &&
    // It may only start again while the lease holds, which the supervisor does not know.
    definition.cluster === null &&
    definition.envFiles.length === 0 &&
    // The end of its log has to be known before it begins.
    !definition.ready.some(({ kind }) => kind === 'log') &&
    !settings.jobCgroups &&
    BESIDES.every((slot) => definition.processes[slot] === undefined)
  );
}

function processEnvironment(
  settings: EngineSettings,
  definition: JobDefinition,
  instance: InstanceState,
  slot: Slot,
): string[] {
  const env = [...instance.env];
  if (slot === 'pre-stop' || slot === 'post-stop') mergeVariables(env, instance.stopEnv);
  setVariable(env, `UPSTART_JOB=${definition.name}`);
  setVariable(env, `UPSTART_INSTANCE=${instance.name}`);
  if (settings.sessionAddress !== null) setVariable(env, `UPSTART_SESSION=${settings.sessionAddress}`);
  if (instance.lease) setVariable(env, `${LEASE_VARIABLE}=${instance.lease.token}`);
  const notify = slot === 'main' ? notifySpec(definition, settings) : undefined;
  if (notify && 'access' in notify) addNotifyVariables(env, definition);
  return env;
}

/** Without a watchdog those of init's own are not for the process. */
function addNotifyVariables(env: string[], { watchdogMs }: JobDefinition): void {
  for (const name of NOTIFY_VARIABLES) unsetVariable(env, name);
  env.push('NOTIFY_SOCKET=@');
  if (watchdogMs > 0) env.push('WATCHDOG_PID=0', `WATCHDOG_USEC=${watchdogMs * 1000}`);
}

/** The suffix of log files. */
export const LOG_SUFFIX = '.log';

/** The file that an instance's output goes to: a slash in a name becomes an underscore. */
export function logPath(directory: string, job: string, instance: string): string {
  const parts = instance === '' ? [job] : [job, instance];
  return `${directory}/${parts.map((part) => part.replaceAll('/', '_')).join('-')}${LOG_SUFFIX}`;
}

function apparmorProfile(
  settings: EngineSettings,
  definition: JobDefinition,
  slot: Slot,
  env: string[],
): string | null {
  if (slot !== 'main' || !settings.apparmor || definition.apparmorSwitch === null) return null;
  try {
    return expand(definition.apparmorSwitch, env, { stanza: 'apparmor switch' });
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    // An unexpandable name is no profile: switching to it fails in the child, and the job with it.
    return definition.apparmorSwitch;
  }
}
