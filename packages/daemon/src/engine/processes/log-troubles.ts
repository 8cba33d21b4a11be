/** Logs that cannot be written, as the supervisor reports them: for init's own log, `status` and `explain`. */
import { errnoText } from '@upstart/common';
import type { LogTrouble } from '@upstart/protocol';
import type { Report } from '../../supervisor/process-messages.ts';
import type { Context } from '../model/context.ts';
import type { ClassState, InstanceState, LogTroubleState } from '../model/state.ts';
import { LOG_SUFFIX, logPath } from './spawn-spec.ts';

export type LogReport = Extract<Report, { type: `log-${string}` }>;

/** The most logs whose trouble is remembered. Drops the one that has been in trouble the longest. */
export const MAX_LOG_TROUBLES = 1000;

/** The meaning of an error for the file, where the error's own text does not give it. Numbers of Linux. */
const MEANINGS: ReadonlyMap<number, string> = new Map([
  [6 /* ENXIO */, 'there is a pipe or a socket in its place'],
  [21 /* EISDIR */, 'there is a folder in its place'],
  [22 /* EINVAL */, "it is no regular file, or not init's own in a folder that others may write to"],
  [27 /* EFBIG */, 'init may not make a file any larger: RLIMIT_FSIZE'],
  [36 /* ENAMETOOLONG */, "the instance's name makes it too long"],
  [40 /* ELOOP */, 'there is a symbolic link in its place'],
  [110 /* ETIMEDOUT */, 'the disk does not answer'],
]);

export function isLogReport(report: Report): report is LogReport {
  return report.type.startsWith('log-');
}

/** Applies a report about logs, and logs it where an administrator should know. */
export function logReported(context: Context, report: LogReport): void {
  switch (report.type) {
    case 'log-trouble':
      context.log('warn', `Failed to write to log file ${report.path}: ${errnoText(report.errno)}`);
      remember(context, report.path, report.errno, 0);
      return;
    case 'log-dropped':
      remember(context, report.path, report.errno, report.count);
      return;
    case 'log-restored':
      context.state.logTroubles?.delete(report.path);
      context.log('warn', endText(report));
      return;
    case 'log-not-rotated':
      context.log('warn', `Failed to rotate log file ${report.path}: ${errnoText(report.errno)}`);
      return;
    case 'log-rotated':
      // The daemon compresses and removes old files by it; no job is concerned.
      return;
    case 'log-disabled':
      context.log('error', `Failed to create pty - disabling logging for job: ${errnoText(report.errno)}`);
      return;
    case 'log-pipe':
      context.log('warn', `Failed to create pty - the output of jobs is read from pipes: ${errnoText(report.errno)}`);
      return;
    default:
      report satisfies never;
  }
}

function remember(context: Context, path: string, errno: number, dropped: number): void {
  context.state.logTroubles ??= new Map();
  const troubles = context.state.logTroubles;
  troubles.set(path, { errno, since: troubles.get(path)?.since ?? context.wallMs, dropped });
  const [oldest] = troubles.keys();
  if (troubles.size > MAX_LOG_TROUBLES && oldest !== undefined) troubles.delete(oldest);
}

function endText({ path, errno, count }: Extract<LogReport, { type: 'log-restored' }>): string {
  const lost = count === 0 ? 'nothing was lost' : `${count} bytes of output were dropped`;
  if (errno === 0) return `Log file ${path} is written again: ${lost}`;
  return `Gave up what was kept for log file ${path} (${errnoText(errno)}): ${lost}`;
}

/** The trouble of an instance's log; null: none. */
export function instanceLogTrouble(context: Context, instance: InstanceState): LogTrouble | null {
  const { logTroubles, settings } = context.state;
  if (!logTroubles?.size || settings.logDir === null) return null;
  const path = logPath(settings.logDir, context.classOf(instance).definition.name, instance.name);
  const trouble = logTroubles.get(path);
  return trouble ? told(path, trouble) : null;
}

/** The troubles of the logs of all instances that the job has or has had. */
export function jobLogTroubles(context: Context, { definition }: ClassState): LogTrouble[] {
  const { logTroubles, settings } = context.state;
  if (!logTroubles?.size || settings.logDir === null) return [];
  const single = logPath(settings.logDir, definition.name, '');
  const prefix = `${single.slice(0, -LOG_SUFFIX.length)}-`;
  return [...logTroubles]
    .filter(([path]) => path === single || (definition.instance !== '' && path.startsWith(prefix)))
    .map(([path, trouble]) => told(path, trouble));
}

function told(path: string, { errno, since, dropped }: LogTroubleState): LogTrouble {
  return { path, error: errnoText(errno), meaning: MEANINGS.get(errno) ?? null, since, dropped };
}
