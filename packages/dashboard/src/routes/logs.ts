/** The output of jobs. The gateway reads the files with the rights of its user. */

import { encodeText, systemErrorText } from '@upstart/common';
import {
  Follower,
  type LastLines,
  type LogFile,
  type LogPosition,
  lastLines,
  logFilesOf,
  meantJobs,
} from '@upstart/ctl/parts';
import { type UpstartClient, upstartError } from '@upstart/protocol';
import { ProblemError } from '../http/problem.ts';
import { integer, optional, text } from '../http/schema.ts';
import type { Send } from '../http/sse.ts';
import { MAX_CURSOR_LENGTH, MAX_LOG_LINES } from '../limits.ts';
import type { Feed } from '../live/feed.ts';
import { LIST } from './components.ts';
import { type Route, route } from './route.ts';

const DEFAULT_LINES = 200;
const LINES = { lines: optional(integer('how many of the last lines of each log', 0, MAX_LOG_LINES)) };

/** The logs of a job and its instances, those that have ended included. A name is never a pattern, nor a path. */
async function filesOf(client: UpstartClient, job: string): Promise<LogFile[]> {
  const { jobs, unknown } = await meantJobs(client, [job]);
  const meant = jobs.filter((each) => each.by === 'name');
  if (unknown.length > 0 || meant.length === 0) throw upstartError('unknown-job', job);
  return logFilesOf(client, meant);
}

function read(files: readonly LogFile[], lines: number): Promise<LastLines> {
  return lastLines(files, lines, (path, error) => {
    throw new ProblemError(403, 'unreadable', `Unable to read ${path}: ${systemErrorText(error)}`);
  });
}

/** How far each log has been sent, by the names of the logs: the id of an event, from which a reader resumes. */
type Cursor = Map<string, LogPosition>;

function cursorText(cursor: Cursor): string | undefined {
  const rows = [...cursor].map(([label, { inode, end }]) => [label, inode, end]);
  const text = Buffer.from(JSON.stringify(rows)).toString('base64url');
  return text.length > MAX_CURSOR_LENGTH ? undefined : text;
}

/** null: it is none of ours. */
function parseCursor(text: string): Cursor | null {
  try {
    const rows = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, number, number][];
    const isCursor = rows.every(
      ([label, inode, end]) => typeof label === 'string' && Number.isSafeInteger(inode) && Number.isSafeInteger(end),
    );
    return isCursor ? new Map(rows.map(([label, inode, end]) => [label, { inode, end }])) : null;
  } catch {
    return null;
  }
}

interface Following {
  readonly job: string;
  readonly lines: number;
  readonly cursor: Cursor | null;
  readonly client: UpstartClient;
  readonly feed: Feed;
}

/** Sends the last lines, or those since the cursor, and then what comes; logs of instances that start later, too. */
async function follow(send: Send, following: Following): Promise<() => void> {
  const { job, lines, client, feed } = following;
  const files = await filesOf(client, job);
  const known = following.cursor;
  const earlier = known === null ? await read(files, lines) : { lines: [], ends: [] };
  const cursor: Cursor = new Map(known ?? earlier.ends.map(({ file, position }) => [file.label, position]));
  for (const { file, text, timeMs } of earlier.lines) send({ event: 'line', data: { log: file.label, text, timeMs } });
  const id = cursorText(cursor);
  send({ event: 'hello', ...(id === undefined ? {} : { id }), data: {} });
  const begun = files.flatMap((file) => {
    const position = cursor.get(file.label);
    return position === undefined ? [] : [{ file, position }];
  });
  const follower = new Follower(begun, (found) => {
    for (const { file, text, timeMs, position } of found) {
      cursor.set(file.label, position);
      const at = cursorText(cursor);
      send({ event: 'line', ...(at === undefined ? {} : { id: at }), data: { log: file.label, text, timeMs } });
    }
  });
  follower.add(files);
  const lookForMore = (): void =>
    void filesOf(client, job).then(
      (found) => follower.add(found),
      () => {},
    );
  const end = await feed.subscribe((item) => {
    if (item.type !== 'notification') return;
    const { notification } = item;
    const isNew = notification.event === 'instance-added' && notification.job === job;
    if (isNew || notification.event === 'restarted') lookForMore();
  });
  return () => {
    end();
    follower.close();
  };
}

export const LOGS: readonly Route[] = [
  route({
    method: 'get',
    path: '/jobs/{job}/logs',
    summary: 'The last lines of the logs of a job and its instances, in the order of time.',
    query: LINES,
    answer: LIST,
    async run({ path: { job }, query: { lines = DEFAULT_LINES }, gateway }) {
      const found = await read(await filesOf(await gateway.client(), job), lines);
      return found.lines.map(({ file, text, timeMs }) => ({ log: file.label, text: shown(text), timeMs }));
    },
  }),
  route({
    method: 'get',
    path: '/jobs/{job}/logs/follow',
    summary: 'The same, and new lines as they come: `line`, with the id to resume from.',
    query: { ...LINES, after: optional(text('the id of the last line that was read; Last-Event-ID wins')) },
    answer: 'text/event-stream',
    async run({ path: { job }, query: { lines = DEFAULT_LINES, after = null }, lastEventId, gateway }) {
      const client = await gateway.client();
      // An unknown job is an answer, not a stream.
      await filesOf(client, job);
      const from = lastEventId ?? after;
      const cursor = from === null ? null : parseCursor(from);
      return gateway.streams.open((send) =>
        follow(({ data, ...rest }) => send({ ...rest, data: withShownText(data) }), {
          job,
          lines,
          cursor,
          client,
          feed: gateway.feed,
        }),
      );
    },
  }),
];

function withShownText(data: unknown): unknown {
  const { text } = data as { text?: string };
  return text === undefined ? data : { ...(data as object), text: shown(text) };
}

/** Bytes that are no UTF-8 become replacement characters: JSON has no other place for them. */
function shown(text: string): string {
  return encodeText(text).toString('utf8');
}
