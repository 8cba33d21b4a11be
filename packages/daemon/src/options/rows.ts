/** The table of init's options: one row each, with the settings that it changes. */
import { type OptionSpec, UsageError } from '@upstart/common';
import { type Console, MAX_NAMED_LOG_TARGETS, namedLogTarget } from '@upstart/job-language';
import type { LogFormat } from '../log/log.ts';
import { MAX_KEPT_LOGS } from './limits.ts';
import type { InitOptions } from './options.ts';

export interface Row extends OptionSpec {
  /** The changed settings; `value` is empty for a flag. Throws UsageError for an invalid value. */
  apply(value: string, options: InitOptions): Partial<InitOptions>;
}

const CONSOLES: readonly string[] = ['none', 'output', 'owner', 'log'];
const FORMATS: readonly string[] = ['text', 'json'];

const SIZES: Record<string, number> = { '': 1, K: 1024, M: 1024 * 1024 };
const TOTAL_SIZES: Record<string, number> = { ...SIZES, G: 1024 * 1024 * 1024 };
const AGES: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** A number, optionally with one of `units`; 0 turns the feature off. */
function quantity(what: string, value: string, units: Record<string, number>, expected: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})([a-zA-Z]?)$/.exec(value) ?? [];
  const factor = units[unit];
  if (digits === undefined || factor === undefined)
    throw new UsageError(`invalid ${what}: ${value}: expected ${expected}`);
  return Number(digits) * factor;
}

const nameOfTarget = (text: string): string => /[^ \t]+/.exec(text)?.[0] ?? '';

/** The value, if it has the form. */
function inForm(form: RegExp | readonly string[], value: string, complaint: string): string {
  if (form instanceof RegExp ? form.test(value) : form.includes(value)) return value;
  throw new UsageError(complaint);
}

const flag = (long: string, description: string, settings: Partial<InitOptions>): Row => ({
  ...{ long, description },
  apply: () => settings,
});

export const ROWS: readonly Row[] = [
  flag('allow-second', 'start a session although another one runs on the same folders', { allowSecond: true }),
  {
    ...{
      long: 'append-confdir',
      value: 'DIR',
      valueKind: 'folder',
      description: 'also read job files from DIR, after the others',
    },
    apply: (dir, { appendConfDirs }) => ({ appendConfDirs: [...appendConfDirs, dir] }),
  },
  {
    ...{ long: 'confdir', value: 'DIR', valueKind: 'folder' },
    description: 'read job files from DIR instead of the default folders (repeatable)',
    apply: (dir, { confDirs }) => ({ confDirs: [...confDirs, dir] }),
  },
  {
    ...{ long: 'config', value: 'FILE', valueKind: 'file', description: 'read settings from FILE: upstart.conf(5)' },
    apply: (config) => ({ config }),
  },
  {
    ...{
      long: 'prepend-confdir',
      value: 'DIR',
      valueKind: 'folder',
      description: 'also read job files from DIR, before the others',
    },
    apply: (dir, { prependConfDirs }) => ({ prependConfDirs: [...prependConfDirs, dir] }),
  },
  flag('container', 'run as the first process of a container: leave the system alone, end on SIGTERM', {
    container: true,
  }),
  {
    ...{ long: 'default-console', value: 'VALUE', valueKind: CONSOLES },
    description: 'console of jobs that name none: none, output, owner or log',
    apply: (value) => ({
      defaultConsole: inForm(CONSOLES, value, `invalid console type specified: ${value}`) as Console,
    }),
  },
  {
    ...{ long: 'exit-with', value: 'JOB' },
    description: 'when JOB has ended for good, stop all others and exit with its status',
    apply: (job) => ({ exitWith: inForm(/./s, job, 'invalid job to exit with: expected NAME or NAME-INSTANCE') }),
  },
  {
    ...{ long: 'hook-timeout', value: 'SECONDS' },
    description: 'end hooks that run for longer once their job is to stop; 0: never',
    apply: (value) => ({
      hookTimeoutS: Number(inForm(/^\d{1,9}$/, value, `invalid hook timeout: ${value}: expected seconds`)),
    }),
  },
  flag('job-cgroups', 'give each job a control group of its own, and end what it leaves behind', { jobCgroups: true }),
  flag('job-output', "copy the output of jobs to standard output, each line behind its job's name", {
    jobOutput: true,
  }),
  {
    ...{ long: 'logdir', value: 'DIR', valueKind: 'folder', description: 'folder for the logs of jobs' },
    apply: (logDir) => ({ logDir }),
  },
  {
    ...{ long: 'log-format', value: 'FORMAT', valueKind: FORMATS, description: "form of init's own log: text or json" },
    apply: (value) => ({
      logFormat: inForm(FORMATS, value, `invalid log format: ${value}: expected text or json`) as LogFormat,
    }),
  },
  {
    ...{ long: 'log-rotate-age', value: 'TIME' },
    description: 'rotate logs of jobs that are older: seconds, or with m, h or d',
    apply(value, { logRotation }) {
      const age = quantity('log rotation age', value, AGES, 'seconds, minutes (m), hours (h) or days (d)');
      return { logRotation: { ...logRotation, age } };
    },
  },
  {
    ...{ long: 'log-rotate-compress', description: 'compress rotated logs of jobs' },
    apply: (_value, { logUpkeep }) => ({ logUpkeep: { ...logUpkeep, compress: true } }),
  },
  {
    ...{ long: 'log-rotate-keep', value: 'N', description: 'how many old logs to keep of each; by default 5' },
    apply(value, { logRotation }) {
      const expected = `1 to ${MAX_KEPT_LOGS}`;
      const keep = quantity('number of logs to keep', value, { '': 1 }, expected);
      if (keep < 1 || keep > MAX_KEPT_LOGS)
        throw new UsageError(`invalid number of logs to keep: ${value}: expected ${expected}`);
      return { logRotation: { ...logRotation, keep } };
    },
  },
  {
    ...{ long: 'log-rotate-size', value: 'SIZE' },
    description: 'rotate logs of jobs that are larger: bytes, or with K or M',
    apply(value, { logRotation }) {
      const size = quantity('log rotation size', value, SIZES, 'bytes, KiB (K) or MiB (M)');
      return { logRotation: { ...logRotation, size } };
    },
  },
  {
    ...{ long: 'log-target', value: 'TARGET' },
    description: 'also send the output of jobs there: NAME KIND [LOCATION] [SETTING=VALUE]...; may stand often',
    apply(value, { logTargets }) {
      const target = namedLogTarget(value);
      if (typeof target === 'string') throw new UsageError(`invalid log target: ${target}`);
      const others = logTargets.filter((other) => nameOfTarget(other) !== target.name);
      if (others.length === MAX_NAMED_LOG_TARGETS)
        throw new UsageError(`too many log targets: expected at most ${MAX_NAMED_LOG_TARGETS}`);
      return { logTargets: [...others, value] };
    },
  },
  {
    ...{ long: 'log-total-size', value: 'SIZE' },
    description: 'remove the oldest rotated logs when all logs together are larger: bytes, or with K, M or G',
    apply(value, { logUpkeep }) {
      const expected = 'bytes, KiB (K), MiB (M) or GiB (G)';
      return { logUpkeep: { ...logUpkeep, totalBytes: quantity('total size of logs', value, TOTAL_SIZES, expected) } };
    },
  },
  flag('no-dbus', 'do not connect to the D-Bus system bus', { systemBus: false }),
  flag('no-inherit-env', "give jobs of a session PATH and TERM only, instead of all of init's environment", {
    inheritEnv: false,
  }),
  flag('no-log', 'do not log the output of jobs', { jobLogs: false }),
  flag('no-sources', 'start no sources of events for the jobs that need them', { sources: false }),
  flag('no-startup-event', 'emit no event at the start', { startupEvent: null }),
  {
    ...{ long: 'startup-event', value: 'NAME', description: 'the event to emit at the start, instead of startup' },
    apply: (startupEvent) => ({ startupEvent }),
  },
  {
    ...{ long: 'stop-timeout', value: 'SECONDS', description: 'kill jobs that take longer to stop when init ends' },
    apply(value) {
      const complaint = `invalid stop timeout: ${value}: expected seconds, at least 1`;
      return { stopTimeoutS: Number(inForm(/^0*[1-9]\d{0,8}$/, value, complaint)) };
    },
  },
  flag('user', "run as a session init, for one user's jobs", { user: true }),
  { ...flag('quiet', 'log errors only', { priority: 'error' }), short: 'q' },
  { ...flag('verbose', 'log what happens to jobs and events, too', { priority: 'info' }), short: 'v' },
  flag('debug', 'log everything, and honour the debug stanza', { priority: 'debug', debug: true }),
  flag('help', 'display this help and exit', {}),
  flag('version', 'output version information and exit', {}),
];
