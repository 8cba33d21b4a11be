/**
 * The options of init (reference: system §1). Init ignores unknown words and options, since the kernel passes the rest of its command line.
 */
import { optionLines, type ParsedWords, parseWords, screenWidth, UsageError } from '@upstart/common';
import type { Console } from '@upstart/job-language';
import type { LogPriority } from '@upstart/protocol';
import type { LogFormat } from '../log/log.ts';
import type { UpkeepSettings } from '../log-upkeep/upkeep.ts';
import type { LogRotation } from '../supervisor/process-messages.ts';
import { ROWS } from './rows.ts';

export interface InitOptions {
  user: boolean;
  /** Starts even if another session has the same folders. */
  allowSecond: boolean;
  prependConfDirs: string[];
  confDirs: string[];
  appendConfDirs: string[];
  /** The file of settings; null: the usual one. */
  config: string | null;
  logDir: string | null;
  defaultConsole: Console;
  /** Seconds; 0: never. */
  hookTimeoutS: number;
  /** The first process of a container: init does not own the machine, and SIGTERM ends everything. */
  container: boolean;
  /** The output of jobs goes to standard output, too. */
  jobOutput: boolean;
  /** Init ends with this job: `NAME` or `NAME-INSTANCE`. */
  exitWith: string | null;
  /** The time that jobs have when init ends, in seconds; null: the longest kill timeout. */
  stopTimeoutS: number | null;
  inheritEnv: boolean;
  jobCgroups: boolean;
  jobLogs: boolean;
  startupEvent: string | null;
  priority: LogPriority;
  logFormat: LogFormat;
  logRotation: LogRotation;
  logUpkeep: UpkeepSettings;
  /** Where the output of jobs is sent, as upstart.conf has it; of one name the last. */
  logTargets: string[];
  /** Take a name on the D-Bus system bus. */
  systemBus: boolean;
  /** Run upstart-bridge for the sources of events that jobs need. */
  sources: boolean;
  debug: boolean;
  /** `--help` or `--version`, which end parsing. */
  asked: ParsedWords['asked'];
  /** Ignored words, for the log. */
  ignored: string[];
  /** What is wrong with the file of settings, for the log. */
  complaints: string[];
}

const BY_NAME = new Map(ROWS.map((row) => [row.long, row]));

export const DEFAULTS: InitOptions = {
  user: false,
  allowSecond: false,
  prependConfDirs: [],
  confDirs: [],
  appendConfDirs: [],
  config: null,
  logDir: null,
  defaultConsole: 'log',
  hookTimeoutS: 0,
  container: false,
  jobOutput: false,
  exitWith: null,
  stopTimeoutS: null,
  inheritEnv: true,
  jobCgroups: false,
  jobLogs: true,
  startupEvent: 'startup',
  priority: 'message',
  logFormat: 'text',
  logRotation: { size: 0, age: 0, keep: 5 },
  logUpkeep: { compress: false, totalBytes: 0 },
  logTargets: [],
  systemBus: true,
  sources: true,
  debug: false,
  asked: null,
  ignored: [],
  complaints: [],
};

/** Reads the arguments of init, which change `settings`. Throws UsageError. */
export function parseOptions(args: readonly string[], settings = DEFAULTS): InitOptions {
  const { given, words, unknown, asked } = parseWords(args, ROWS, { unknown: 'collect' });
  const replaces = (name: string): boolean => given.some(([long]) => long === name);
  let options: InitOptions = {
    ...settings,
    // Those of the command line stand in for those of the file, not beside them.
    confDirs: replaces('confdir') ? [] : settings.confDirs,
    asked,
    ignored: words.filter((word) => word !== ''),
  };
  for (const [name, value] of given)
    options = { ...options, ...BY_NAME.get(name)?.apply(value === true ? '' : value, options) };
  if (asked === null) checkTogether(options, unknown);
  return options;
}

/** Process 1 of a machine never ends, whatever an option or a word of the kernel's command line says. */
function checkTogether({ user, container, exitWith, stopTimeoutS }: InitOptions, unknown: readonly string[]): void {
  if (user && container) throw new UsageError('--user and --container exclude each other');
  if (user || container) {
    const assignment = unknown.find((word) => /^--[^=]+=/.test(word));
    if (assignment !== undefined) throw new UsageError(`unexpected argument: ${assignment}`);
    return;
  }
  if (exitWith !== null) throw new UsageError('--exit-with: expected --container or --user beside it');
  if (stopTimeoutS !== null) throw new UsageError('--stop-timeout: expected --container or --user beside it');
}

/** The text of --help. */
export function helpText(program: string): string {
  const width = screenWidth(process.env, process.stdout.columns ?? 0);
  const lines = optionLines(ROWS, width);
  return `Usage: ${program} [OPTION]...\nProcess management daemon.\n\nOptions:\n${lines.join('\n')}\n`;
}
