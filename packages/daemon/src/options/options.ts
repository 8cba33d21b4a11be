/**
 * The options of init (reference: system §1). Words and options that init does not know are ignored, since the kernel
 * hands on what is left of its own command line.
 */

import type { Console } from '@upstart/job-language';
import type { LogPriority } from '@upstart/protocol';
import type { LogFormat } from '../log/log.ts';
import type { LogRotation } from '../supervisor/process-messages.ts';

export interface InitOptions {
  user: boolean;
  /** Another session on the same folders is no reason to end. */
  allowSecond: boolean;
  prependConfDirs: string[];
  confDirs: string[];
  appendConfDirs: string[];
  logDir: string | null;
  defaultConsole: Console;
  /** Seconds; 0: never. */
  hookTimeout: number;
  /** The first process of a container: the machine is not ours, SIGTERM ends everything. */
  container: boolean;
  /** The output of jobs goes to standard output, too. */
  jobOutput: boolean;
  /** Init ends with this job: `NAME` or `NAME-INSTANCE`. */
  exitWith: string | null;
  /** Seconds that jobs get when init ends; null: as long as the longest kill timeout. */
  stopTimeout: number | null;
  inheritEnv: boolean;
  jobCgroups: boolean;
  jobLogs: boolean;
  startupEvent: string | null;
  priority: LogPriority;
  logFormat: LogFormat;
  logRotation: LogRotation;
  debug: boolean;
  help: boolean;
  version: boolean;
  /** Words that were ignored, for the log. */
  ignored: string[];
}

/** A value that an option does not take, or a value that is missing; the text is for users. */
export class OptionError extends Error {
  override name = 'OptionError';
}

interface Row {
  /** How the value is called in the help; absent for a flag. */
  value?: string;
  short?: string;
  help: string;
  apply(options: InitOptions, value: string): void;
}

const CONSOLES: readonly string[] = ['none', 'output', 'owner', 'log'];
const FORMATS: readonly string[] = ['text', 'json'];

const SIZES: Record<string, number> = { '': 1, K: 1024, M: 1024 * 1024 };
const AGES: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86400 };

/** A number with one of `units` behind it; 0 turns off what it is for. */
function quantity(what: string, value: string, units: Record<string, number>, expected: string): number {
  const [, digits, unit = ''] = /^(\d{1,9})([a-zA-Z]?)$/.exec(value) ?? [];
  const factor = units[unit];
  if (digits === undefined || factor === undefined)
    throw new OptionError(`invalid ${what}: ${value}: expected ${expected}`);
  return Number(digits) * factor;
}

const ROWS: Record<string, Row> = {
  'allow-second': {
    help: 'start a session although another one runs on the same folders',
    apply: (options) => {
      options.allowSecond = true;
    },
  },
  'append-confdir': {
    value: 'DIR',
    help: 'also read job files from DIR, after the others',
    apply: (options, value) => options.appendConfDirs.push(value),
  },
  confdir: {
    value: 'DIR',
    help: 'read job files from DIR instead of the default folders (repeatable)',
    apply: (options, value) => options.confDirs.push(value),
  },
  'prepend-confdir': {
    value: 'DIR',
    help: 'also read job files from DIR, before the others',
    apply: (options, value) => options.prependConfDirs.push(value),
  },
  container: {
    help: 'run as the first process of a container: leave the system alone, end on SIGTERM',
    apply: (options) => {
      options.container = true;
    },
  },
  'default-console': {
    value: 'VALUE',
    help: 'console of jobs that name none: none, output, owner or log',
    apply: (options, value) => {
      if (!CONSOLES.includes(value)) throw new OptionError(`invalid console type specified: ${value}`);
      options.defaultConsole = value as Console;
    },
  },
  'exit-with': {
    value: 'JOB',
    help: 'when JOB has ended for good, stop all others and exit with its status',
    apply: (options, value) => {
      if (value === '') throw new OptionError('invalid job to exit with: expected NAME or NAME-INSTANCE');
      options.exitWith = value;
    },
  },
  'hook-timeout': {
    value: 'SECONDS',
    help: 'end hooks that run for longer once their job is to stop; 0: never',
    apply: (options, value) => {
      if (!/^\d{1,9}$/.test(value)) throw new OptionError(`invalid hook timeout: ${value}: expected seconds`);
      options.hookTimeout = Number(value);
    },
  },
  'job-cgroups': {
    help: 'give each job a control group of its own, and end what it leaves behind',
    apply: (options) => {
      options.jobCgroups = true;
    },
  },
  'job-output': {
    help: "copy the output of jobs to standard output, each line behind its job's name",
    apply: (options) => {
      options.jobOutput = true;
    },
  },
  logdir: {
    value: 'DIR',
    help: 'folder for the logs of jobs',
    apply: (options, value) => {
      options.logDir = value;
    },
  },
  'log-format': {
    value: 'FORMAT',
    help: "form of init's own log: text or json",
    apply: (options, value) => {
      if (!FORMATS.includes(value)) throw new OptionError(`invalid log format: ${value}: expected text or json`);
      options.logFormat = value as LogFormat;
    },
  },
  'log-rotate-age': {
    value: 'TIME',
    help: 'rotate logs of jobs that are older: seconds, or with m, h or d',
    apply: (options, value) => {
      options.logRotation.age = quantity(
        'log rotation age',
        value,
        AGES,
        'seconds, minutes (m), hours (h) or days (d)',
      );
    },
  },
  'log-rotate-keep': {
    value: 'N',
    help: 'how many old logs to keep of each; 5 unless told otherwise',
    apply: (options, value) => {
      const keep = quantity('number of logs to keep', value, { '': 1 }, '1 to 1000');
      if (keep < 1 || keep > 1000)
        throw new OptionError(`invalid number of logs to keep: ${value}: expected 1 to 1000`);
      options.logRotation.keep = keep;
    },
  },
  'log-rotate-size': {
    value: 'SIZE',
    help: 'rotate logs of jobs that are larger: bytes, or with K or M',
    apply: (options, value) => {
      options.logRotation.size = quantity('log rotation size', value, SIZES, 'bytes, KiB (K) or MiB (M)');
    },
  },
  'no-dbus': { help: 'accepted for compatibility: there is no D-Bus connection', apply: () => {} },
  'no-inherit-env': {
    help: "give jobs of a session PATH and TERM only, instead of all of init's environment",
    apply: (options) => {
      options.inheritEnv = false;
    },
  },
  'no-log': {
    help: 'do not log the output of jobs',
    apply: (options) => {
      options.jobLogs = false;
    },
  },
  'no-startup-event': {
    help: 'emit no event at the start',
    apply: (options) => {
      options.startupEvent = null;
    },
  },
  'startup-event': {
    value: 'NAME',
    help: 'the event to emit at the start, instead of startup',
    apply: (options, value) => {
      options.startupEvent = value;
    },
  },
  'stop-timeout': {
    value: 'SECONDS',
    help: 'kill jobs that take longer to stop when init ends',
    apply: (options, value) => {
      if (!/^0*[1-9]\d{0,8}$/.test(value))
        throw new OptionError(`invalid stop timeout: ${value}: expected seconds, at least 1`);
      options.stopTimeout = Number(value);
    },
  },
  user: {
    help: "run as a session init, for one user's jobs",
    apply: (options) => {
      options.user = true;
    },
  },
  quiet: {
    short: 'q',
    help: 'log errors only',
    apply: (options) => {
      options.priority = 'error';
    },
  },
  verbose: {
    short: 'v',
    help: 'log what happens to jobs and events, too',
    apply: (options) => {
      options.priority = 'info';
    },
  },
  debug: {
    help: 'log everything, and honour the debug stanza',
    apply: (options) => {
      options.priority = 'debug';
      options.debug = true;
    },
  },
  help: {
    help: 'display this help and exit',
    apply: (options) => {
      options.help = true;
    },
  },
  version: {
    help: 'output version information and exit',
    apply: (options) => {
      options.version = true;
    },
  },
};

/** Reads the arguments of init. Throws OptionError. */
export function parseOptions(args: readonly string[]): InitOptions {
  const options: InitOptions = {
    user: false,
    allowSecond: false,
    prependConfDirs: [],
    confDirs: [],
    appendConfDirs: [],
    logDir: null,
    defaultConsole: 'log',
    hookTimeout: 0,
    container: false,
    jobOutput: false,
    exitWith: null,
    stopTimeout: null,
    inheritEnv: true,
    jobCgroups: false,
    jobLogs: true,
    startupEvent: 'startup',
    priority: 'message',
    logFormat: 'text',
    logRotation: { size: 0, age: 0, keep: 5 },
    debug: false,
    help: false,
    version: false,
    ignored: [],
  };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const row = name !== undefined && Object.hasOwn(ROWS, name) ? ROWS[name] : undefined;
    if (!row) {
      if (!isEmptyWord(word) && !applyFlags(word, options)) options.ignored.push(word);
    } else if (row.value === undefined) {
      if (inline !== undefined) throw new OptionError(`unexpected argument: ${word}`);
      row.apply(options, '');
    } else {
      const value = inline ?? args[++i];
      if (value === undefined) throw new OptionError(`missing argument: ${word}`);
      row.apply(options, value);
    }
  }
  checkTogether(options);
  return options;
}

/** Process 1 of a machine never ends, so these options are for sessions and containers. */
function checkTogether({ user, container, exitWith, stopTimeout }: InitOptions): void {
  if (user && container) throw new OptionError('--user and --container exclude each other');
  if (user || container) return;
  if (exitWith !== null) throw new OptionError('--exit-with: expected --container or --user beside it');
  if (stopTimeout !== null) throw new OptionError('--stop-timeout: expected --container or --user beside it');
}

/** Takes `-q`, `-v` or several such letters in one word; false if it is anything else. */
function applyFlags(word: string, options: InitOptions): boolean {
  const letters = /^-([a-zA-Z]+)$/.exec(word)?.[1] ?? '';
  const rows = [...letters].map((letter) => Object.values(ROWS).find(({ short }) => short === letter));
  if (rows.length === 0 || rows.includes(undefined)) return false;
  for (const row of rows) row?.apply(options, '');
  return true;
}

function isEmptyWord(word: string): boolean {
  return word === '' || word === '--';
}

/** The text of --help. */
export function helpText(program: string): string {
  const lines = Object.entries(ROWS).map(([name, row]) => {
    const short = row.short === undefined ? '    ' : `-${row.short}, `;
    const long = row.value === undefined ? `--${name}` : `--${name}=${row.value}`;
    return `  ${(short + long).padEnd(26)}  ${row.help}`;
  });
  return `Usage: ${program} [OPTION]...\nProcess management daemon.\n\nOptions:\n${lines.join('\n')}\n`;
}
