/**
 * The daemon's own log: lines as the classic init writes them (reference: control §2), or JSON.
 */
import type { LogPriority } from '@upstart/protocol';
import type { Logger } from 'pino';
import type { LogSubject } from '../engine/model/log-subject.ts';
import { LineWriter } from './line-writer.ts';

/** Their order, in pino's numbers; `message` stands between its info and warn. */
const LEVELS: Record<LogPriority, number> = { debug: 20, info: 30, message: 35, warn: 40, error: 50, fatal: 60 };

export type LogFormat = 'text' | 'json';

/** The parts of the daemon that log on their own. */
export type LogComponent = 'configuration' | 'control' | 'log-targets' | 'sources' | 'state' | 'supervisor';

/** The facts of a line: fields of the JSON log. Lines of text have them in their words. */
export interface LogFields extends LogSubject {
  component?: LogComponent;
  /** The path of a job file, and the number of a line in it. */
  file?: string;
  line?: number;
  /** The method of a client's request. */
  method?: string;
}

export interface Log {
  /** Child loggers share it. */
  priority: LogPriority;
  enabled(priority: LogPriority): boolean;
  write(priority: LogPriority, text: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  child(fields: LogFields): Log;
}

/** Takes a line, without its newline; returns false when it cannot. */
export type LogSink = (priority: LogPriority, line: string) => boolean;

/** The outputs of lines instead of standard output and error. */
export interface LogWays {
  /** The first output for lines of text. */
  sink?: LogSink | null;
  /** Prints the lines that the sink did not take. */
  print?: ((line: string) => void) | null;
}

/** `program` begins each line: the name init was called by. */
export async function openLog(
  program: string,
  format: LogFormat,
  priority: LogPriority,
  ways: LogWays = {},
): Promise<Log> {
  const lines = format === 'json' ? await jsonLines(program, ways) : classicLines(program, ways);
  return new LevelledLog(lines, { lowest: priority });
}

class LevelledLog implements Log {
  readonly #lines: Lines;
  readonly #level: { lowest: LogPriority };

  constructor(lines: Lines, level: { lowest: LogPriority }) {
    this.#lines = lines;
    this.#level = level;
  }

  get priority(): LogPriority {
    return this.#level.lowest;
  }

  set priority(value) {
    this.#level.lowest = value;
  }

  enabled(priority: LogPriority): boolean {
    return LEVELS[priority] >= LEVELS[this.#level.lowest];
  }

  write(priority: LogPriority, text: string, fields?: LogFields): void {
    if (this.enabled(priority)) this.#lines.write(priority, text, fields);
  }

  child(fields: LogFields): Log {
    return new LevelledLog(this.#lines.child(fields), this.#level);
  }
}

let writer: LineWriter | undefined;

function put(fd: number, line: string): void {
  writer ??= new LineWriter();
  writer.put(fd, line);
}

/** Prints a line on standard output, in order with all others. */
export function printLine(line: string): void {
  put(1, `${line}\n`);
}

/** Writes lines in one of the formats. */
interface Lines {
  write(priority: LogPriority, text: string, fields?: LogFields): void;
  child(fields: LogFields): Lines;
}

/** Loads pino only here: lines of text do not need it. */
async function jsonLines(program: string, { print }: LogWays): Promise<Lines> {
  const { pino } = await import('pino');
  const options = { level: 'debug', customLevels: LEVELS, useOnlyCustomLevels: true, base: { program } };
  const logger = pino(options, { write: (line) => (print ? print(line.trimEnd()) : put(2, line)) });
  const linesOf = (logger: Logger<LogPriority, boolean>): Lines => ({
    write: (priority, text, fields = {}) => logger[priority](fields, text),
    child: (fields) => linesOf(logger.child(fields)),
  });
  return linesOf(logger);
}

function classicLines(program: string, { sink, print }: LogWays): Lines {
  const write = (priority: LogPriority, text: string): void => {
    if (sink?.(priority, prefixed(program, text))) return;
    if (print) print(prefixed(program, text));
    else if (LEVELS[priority] < LEVELS.warn) put(1, `${text}\n`);
    else put(2, `${prefixed(program, text)}\n`);
  };
  const lines: Lines = { write, child: () => lines };
  return lines;
}

/** `init: text`, or `init:PATH:LINE: text` for a text that begins with a place. */
export function prefixed(program: string, text: string): string {
  return /^[^ :]*:/.test(text) ? `${program}:${text}` : `${program}: ${text}`;
}
