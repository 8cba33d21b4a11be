/**
 * The daemon's own log: lines as the classic init writes them (reference: control §2), or JSON.
 */
import { writeSync } from 'node:fs';
import type { LogPriority } from '@upstart/protocol';
import { pino } from 'pino';

/** Numbers as pino orders them; `message` stands between its info and warn. */
const LEVELS: Record<LogPriority, number> = { debug: 20, info: 30, message: 35, warn: 40, error: 50, fatal: 60 };

const NAMES = Object.fromEntries(Object.entries(LEVELS).map(([name, level]) => [level, name]));

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

/** `program` is what lines begin with: the name init was called by. */
export function openLog(program: string, format: LogFormat, priority: LogPriority, ways: LogWays = {}): Log {
  const options = { level: priority, customLevels: LEVELS, useOnlyCustomLevels: true, base: { program } };
  const logger = pino(options, format === 'json' ? jsonStream(ways) : classicStream(program, ways));
  return {
    get priority() {
      return logger.level as LogPriority;
    },
    set priority(value) {
      logger.level = value;
    },
    enabled: (level) => LEVELS[level] >= LEVELS[logger.level as LogPriority],
    write: (level, text) => logger[level](text),
  };
}

function jsonStream({ print }: LogWays) {
  return { write: (line: string) => (print ? print(line.trimEnd()) : put(2, line)) };
}

/** pino hands the message over beside its JSON, which saves taking that apart again. */
function classicStream(program: string, { sink, print }: LogWays) {
  return {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    lastMsg: '',
    write() {
      const text = this.lastMsg;
      if (sink?.(NAMES[this.lastLevel] as LogPriority, prefixed(program, text))) return;
      if (print) print(prefixed(program, text));
      else if (this.lastLevel < LEVELS.warn) put(1, `${text}\n`);
      else put(2, `${prefixed(program, text)}\n`);
    },
  };
}

/** `init: text`, or `init:PATH:LINE: text` for a text that begins with a place. */
export function prefixed(program: string, text: string): string {
  return /^[^ :]*:/.test(text) ? `${program}:${text}` : `${program}: ${text}`;
}

/** A log that cannot be written is no reason to end. */
function put(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // Nobody reads it (a closed pipe, a full disk), and there is nowhere else to say so.
  }
}
