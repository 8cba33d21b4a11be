/**
 * The daemon's own log: lines as the classic init writes them (reference: control §2), or JSON.
 */
import type { LogPriority } from '@upstart/protocol';
import { LineWriter } from './line-writer.ts';

/** Their order, in pino's numbers; `message` stands between its info and warn. */
const LEVELS: Record<LogPriority, number> = { debug: 20, info: 30, message: 35, warn: 40, error: 50, fatal: 60 };

export type LogFormat = 'text' | 'json';

export interface Log {
  priority: LogPriority;
  enabled(priority: LogPriority): boolean;
  write(priority: LogPriority, text: string): void;
}

/** Takes a line, without its end; false when it cannot. */
export type LogSink = (priority: LogPriority, line: string) => boolean;

/** Where lines go instead of standard output and error. */
export interface LogWays {
  /** Takes lines of text first. */
  sink?: LogSink | null;
  /** Prints whatever the sink has not taken. */
  print?: ((line: string) => void) | null;
}

/** `program` begins each line: the name init was called by. */
export async function openLog(
  program: string,
  format: LogFormat,
  priority: LogPriority,
  ways: LogWays = {},
): Promise<Log> {
  const write = format === 'json' ? await jsonLines(program, ways) : classicLines(program, ways);
  let lowest = priority;
  const enabled = (level: LogPriority): boolean => LEVELS[level] >= LEVELS[lowest];
  return {
    get priority() {
      return lowest;
    },
    set priority(value) {
      lowest = value;
    },
    enabled,
    write(level, text) {
      if (enabled(level)) write(level, text);
    },
  };
}

let writer: LineWriter | undefined;

function put(fd: number, line: string): void {
  writer ??= new LineWriter();
  writer.put(fd, line);
}

type WriteLine = (priority: LogPriority, text: string) => void;

/** pino is loaded for this alone: the lines of the classic init need nothing of it. */
async function jsonLines(program: string, { print }: LogWays): Promise<WriteLine> {
  const { pino } = await import('pino');
  const options = { level: 'debug', customLevels: LEVELS, useOnlyCustomLevels: true, base: { program } };
  const logger = pino(options, { write: (line) => (print ? print(line.trimEnd()) : put(2, line)) });
  return (level, text) => logger[level](text);
}

function classicLines(program: string, { sink, print }: LogWays): WriteLine {
  return (level, text) => {
    if (sink?.(level, prefixed(program, text))) return;
    if (print) print(prefixed(program, text));
    else if (LEVELS[level] < LEVELS.warn) put(1, `${text}\n`);
    else put(2, `${prefixed(program, text)}\n`);
  };
}

/** `init: text`, or `init:PATH:LINE: text` for a text that begins with a place. */
export function prefixed(program: string, text: string): string {
  return /^[^ :]*:/.test(text) ? `${program}:${text}` : `${program}: ${text}`;
}
