/** The output of jobs for another host: the lines that `upstart logs` prints, which runs beside the bridge while they are wanted. */
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import type { FleetStream, StreamSink } from '@upstart/cluster';
import {
  type FleetLogLine,
  type FleetLogsQuery,
  MAX_LOG_EXPRESSION,
  MAX_LOG_LINES,
  MAX_LOG_WORDS,
  upstartError,
} from '@upstart/protocol';
import { LineFlow } from './line-flow.ts';

/** Without following it has to be over within this time. */
const READING_MS = 60_000;
/** Of a line, and of a word; what is behind it is cut off. */
const MAX_TEXT = 16_384;
const MAX_WORD = 1024;
/** The last time that a `Date` can be. */
const MAX_TIME_MS = 8.64e15;
/** What it says of a job without a log. */
const NOTHING = 'Nothing has been logged yet';
/** What it says where it fails. */
const MAX_COMPLAINT = 1000;

export function followLogs(isSession: boolean, params: unknown, sink: StreamSink): FleetStream {
  const { words, follow, lines, sinceMs, grep } = queryOf(params);
  const options = [
    isSession ? '--user' : '--system',
    ...['--json', '--lines', String(lines)],
    ...(follow ? ['--follow'] : []),
    ...(sinceMs === null ? [] : ['--since', new Date(sinceMs).toISOString()]),
    // In one word: an expression may begin with a hyphen.
    ...(grep === null ? [] : [`--grep=${grep}`]),
  ];
  const tool = join(dirname(process.argv[1] ?? ''), 'ctl.cjs');
  const child = spawn(process.execPath, [tool, '--called-as', 'upstart', 'logs', ...options, '--', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(follow ? {} : { timeout: READING_MS }),
    killSignal: 'SIGKILL',
  });
  if (grep !== null && child.pid !== undefined) lower(child.pid);
  let complaint = '';
  let isOver = false;
  const end = (error?: unknown): void => {
    if (!isOver) sink.end(error);
    isOver = true;
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, MAX_COMPLAINT);
  });
  // The program waits while its output is not read, so nothing is lost where the asker is slow.
  const flow = new LineFlow({
    take: (json) => isOver || takeLine(json, sink),
    pause: (isPaused) => void (isPaused ? child.stdout.pause() : child.stdout.resume()),
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => flow.feed(text));
  child.on('error', end);
  child.on('close', (status, signal) => {
    const said = complaint.trim().replace(/^upstart: /, '');
    // One job that has output nothing is an error to a person who names it, and one of many hosts here.
    const isFine = status === 0 || said.startsWith(NOTHING);
    const error = new Error(said || `upstart logs ended with ${signal ?? `status ${status}`}`);
    flow.end(() => end(isFine ? undefined : error));
  });
  return {
    stop() {
      isOver = true;
      child.kill('SIGKILL');
    },
    drained: () => flow.resume(),
  };
}

/** An expression of another host may take all the time of a processor: it gets what the jobs of this host leave. */
function lower(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

/** Throws UpstartError. */
export function queryOf(params: unknown): FleetLogsQuery {
  const {
    words,
    follow,
    lines,
    sinceMs,
    grep = null,
  } = (params ?? {}) as Partial<Record<keyof FleetLogsQuery, unknown>>;
  const isText = (text: unknown, most: number): text is string =>
    typeof text === 'string' && text.length <= most && !text.includes('\0');
  const isWord = (word: unknown): word is string => isText(word, MAX_WORD) && word !== '';
  if (!Array.isArray(words) || words.length > MAX_LOG_WORDS || !words.every(isWord))
    throw upstartError('bad-request', `words must be at most ${MAX_LOG_WORDS} names of jobs`);
  if (typeof follow !== 'boolean') throw upstartError('bad-request', 'follow must be true or false');
  if (!isCount(lines) || lines > MAX_LOG_LINES)
    throw upstartError('bad-request', `lines must be from 0 to ${MAX_LOG_LINES}`);
  // It may be in the future: the clock of the asker is another one.
  if (sinceMs !== null && (!isCount(sinceMs) || sinceMs > MAX_TIME_MS))
    throw upstartError('bad-request', 'sinceMs must be null or milliseconds since the epoch');
  if (grep !== null && !isText(grep, MAX_LOG_EXPRESSION))
    throw upstartError('bad-request', `grep must be null or an expression of at most ${MAX_LOG_EXPRESSION} characters`);
  return { words, follow, lines, sinceMs, grep };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether more may be taken. */
function takeLine(json: string, sink: StreamSink): boolean {
  let line: FleetLogLine;
  try {
    line = JSON.parse(json) as FleetLogLine;
  } catch {
    // A line that was longer than may be.
    return true;
  }
  return sink.item({ log: line.log, time: line.time, text: line.text.slice(0, MAX_TEXT) });
}
