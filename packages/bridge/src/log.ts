/** Where a bridge writes its messages (reference: bridges §1.2). */
import { spawn } from 'node:child_process';
import { type Options, prefixed, standardStreams } from '@upstart/common';

export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];
type Write = (level: Level, text: string) => void;

/** The priorities of syslog. */
const PRIORITIES: Readonly<Record<Level, string>> = { debug: 'debug', info: 'info', warn: 'warning', error: 'err' };

/** A log that writes what `--quiet`, `--verbose` and `--debug` let through. */
export function leveledLog(options: Options, write: Write): Log {
  const lowest = options.debug ? 'debug' : options.verbose ? 'info' : options.quiet ? 'error' : 'warn';
  const at =
    (level: Level) =>
    (text: string): void => {
      if (LEVELS.indexOf(level) >= LEVELS.indexOf(lowest)) write(level, text);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** To standard output and standard error, as in the foreground. */
export const toStreams =
  (program: string): Write =>
  (level, text) => {
    if (level === 'debug' || level === 'info') standardStreams.out(`${text}\n`);
    else standardStreams.err(`${prefixed(program, text)}\n`);
  };

/** To the log of the system, of a program that has detached. Node has no datagrams on Unix sockets, so logger(1) sends it. */
export const toSyslog =
  (program: string): Write =>
  (level, text) => {
    const tag = `${program}[${process.pid}]`;
    const child = spawn('logger', ['-t', tag, '-p', `daemon.${PRIORITIES[level]}`, '--', text], { stdio: 'ignore' });
    // Without that program there is nowhere to write to.
    child.on('error', () => {});
    child.unref();
  };
