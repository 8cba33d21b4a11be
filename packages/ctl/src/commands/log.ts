/** `log`: the output of a job's processes. */
import { getSystemErrorMap } from 'node:util';
import { readFrom, tail } from '@upstart/common';
import { type Command, type Invocation, targetOf } from '../command.ts';
import { hintUnknownJob } from '../hints.ts';
import type { Printer } from '../printer.ts';

const DEFAULT_LINES = 10;
/** How often a followed file is looked at, in milliseconds. */
const FOLLOW_INTERVAL = 250;

export const log: Command = {
  name: 'log',
  group: 'Further',
  synopsis: 'Show what a job has output.',
  usage: 'JOB [KEY=VALUE]...',
  wordKind: 'job',
  options: [
    { long: 'follow', short: 'f', description: 'keep printing new output' },
    { long: 'lines', short: 'n', value: 'LINES', integer: true, description: 'show this many of the last lines (10)' },
  ],
  help: 'Outputs the last lines of the log of JOB. KEY=VALUE pairs name the instance of a job that has several.',
  local: true,
  async run(invocation) {
    const { options, context, print } = invocation;
    const { target } = targetOf(invocation);
    const client = await invocation.connect();
    const path = await client.call('logPath', target).catch(async (error: unknown) => {
      if (print.hinting) await hintUnknownJob(target.job, client, print);
      throw error;
    });
    const count = typeof options.lines === 'string' ? Number(options.lines) : DEFAULT_LINES;
    const follow = options.follow === true;
    const position = showTail(path, count, follow, print);
    if (position === null) return 1;
    if (follow) await followFile(path, position, print, context.signal);
    return 0;
  },
};

interface Position {
  readonly end: number;
  readonly inode: number;
}

/** Shows the last lines and says where the file ended; null, with an error, if it cannot be read. */
function showTail(path: string, count: number, follow: boolean, print: Invocation['print']): Position | null {
  try {
    const { text, end, inode } = readFrom(path, 0);
    const lines = tail(text, count);
    if (lines.length > 0) print.line(lines.join('\n'));
    return { end, inode };
  } catch (error) {
    const { code, errno = 0 } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && follow) return { end: 0, inode: 0 };
    const reason = getSystemErrorMap().get(errno)?.[1] ?? String(error);
    print.failure(code === 'ENOENT' ? `Nothing has been logged yet: ${path}` : `Unable to read ${path}: ${reason}`);
    return null;
  }
}

/** Shows what is appended, until the signal comes. A file that is new or was cut is read from its beginning. */
function followFile(path: string, from: Position, print: Printer, signal: AbortSignal | undefined): Promise<void> {
  let position = from;
  const look = (): void => {
    try {
      let piece = readFrom(path, position.end);
      if (piece.inode !== position.inode || piece.end < position.end) piece = readFrom(path, 0);
      const text = piece.text.replaceAll('\r\n', '\n');
      if (text !== '') print.raw(text);
      position = piece;
    } catch {
      // Renamed away a moment ago; the next one of that name is picked up.
    }
  };
  return new Promise((resolve) => {
    // Not watchFile: it misses output that is appended before its first look.
    const timer = setInterval(look, FOLLOW_INTERVAL);
    look();
    signal?.addEventListener('abort', () => {
      clearInterval(timer);
      resolve();
    });
  });
}
