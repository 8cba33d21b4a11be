/** What hosts of a cluster may ask the init of another one for (`upstart fleet`), through the bridge there. */
import type { Method } from './messages.ts';

/** `read`: it changes nothing; `control`: it does. What is not listed cannot be asked for from another host. */
export const FLEET_METHODS: Readonly<Partial<Record<Method, 'read' | 'control'>>> = {
  version: 'read',
  list: 'read',
  status: 'read',
  config: 'read',
  brokenFiles: 'read',
  explain: 'read',
  explainEvent: 'read',
  timers: 'read',
  troubles: 'read',
  sources: 'read',
  leases: 'read',
  numbers: 'read',
  history: 'read',
  watch: 'read',
  start: 'control',
  stop: 'control',
  restart: 'control',
  reload: 'control',
  kill: 'control',
};

/** The output of jobs as a stream; no method of init. */
export const FLEET_LOGS = 'logs';

/** The most words that name jobs, the most lines of each log, and the most characters of an expression, of such a stream. */
export const MAX_LOG_WORDS = 64;
export const MAX_LOG_LINES = 10_000;
export const MAX_LOG_EXPRESSION = 1024;

export interface FleetLogsQuery {
  /** Names of jobs, patterns, instances; none: all. */
  words: string[];
  follow: boolean;
  /** Of the last lines of each log. */
  lines: number;
  /** In milliseconds since the epoch; null: from the beginning. */
  sinceMs: number | null;
  /** Only lines that this regular expression matches, which `lines` counts then; null: all. */
  grep: string | null;
}

/** An item of it; `time` null: not known. */
export interface FleetLogLine {
  log: string;
  time: string | null;
  text: string;
}
