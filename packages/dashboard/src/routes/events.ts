/** Events, the history, and what happens now. */
import { readHistory } from '@upstart/ctl/parts';
import { MAX_HISTORY_ENTRIES, type UpstartClient } from '@upstart/protocol';
import { fields, flag, integer, list, optional, text } from '../http/schema.ts';
import type { Send } from '../http/sse.ts';
import { MAX_CAUGHT_UP } from '../limits.ts';
import { type FeedItem, lastId } from '../live/feed.ts';
import { ANY, LIST, ref } from './components.ts';
import { type Route, route } from './route.ts';
import { withWords } from './words.ts';

const MAX_VARIABLES = 256;
const DEFAULT_ENTRIES = 200;
const MAX = Number.MAX_SAFE_INTEGER;

/** Sends entries of the history after an id; returns the id of the last one. Entries that are gone are a `gap`. */
async function catchUp(client: UpstartClient, asked: number, send: Send): Promise<number> {
  const latest = await lastId(client);
  if (latest === null) return asked;
  if (asked > latest) {
    // The ids are those of another history: the reader begins again.
    send({ event: 'gap', id: latest, data: { after: asked, upTo: latest } });
    return latest;
  }
  const { entries, upTo } = await readHistory(client, {
    job: null,
    sinceMs: 0,
    after: Math.max(asked, latest - MAX_CAUGHT_UP),
  });
  const first = entries[0]?.id ?? upTo + 1;
  if (first > asked + 1) send({ event: 'gap', data: { after: asked, upTo: first - 1 } });
  for (const entry of entries) send({ event: 'history', id: entry.id, data: withWords(entry) });
  return upTo;
}

/** Sends what happens from now on; with `after` the history after that id first, without a hole and without a repetition. */
async function watch(send: Send, after: number | null, client: UpstartClient, feed: Feed): Promise<() => void> {
  let early: FeedItem[] | null = [];
  let upTo = 0;
  const pass = (item: FeedItem): void => {
    if (item.type === 'notification') send({ event: 'change', data: item.notification });
    else if (item.type === 'link') send({ event: 'link', data: { isUp: item.isUp } });
    else if (item.entry.id > upTo) {
      upTo = item.entry.id;
      send({ event: 'history', id: upTo, data: withWords(item.entry) });
    }
  };
  const end = await feed.subscribe((item) => (early === null ? pass(item) : early.push(item)));
  try {
    if (after !== null) upTo = await catchUp(client, after, send);
    else {
      upTo = (await lastId(client)) ?? 0;
      send({ event: 'hello', id: upTo, data: {} });
    }
  } catch (error) {
    end();
    throw error;
  }
  const items = early;
  early = null;
  for (const item of items) pass(item);
  return end;
}

type Feed = Parameters<Route['run']>[0]['gateway']['feed'];

export const EVENTS: readonly Route[] = [
  route({
    method: 'get',
    path: '/history',
    summary: 'What has happened, with causes, oldest first; `line` has the same in words.',
    query: {
      job: optional(text('only entries of this job')),
      after: optional(integer('only entries after this id', 0, MAX)),
      sinceMs: optional(integer('only entries of this time and later, in milliseconds since the epoch', 0, MAX)),
      limit: optional(integer('the most entries; without `after` the newest', 1, MAX_HISTORY_ENTRIES)),
    },
    answer: ref('HistoryAnswer'),
    async run({ query: { job, after, sinceMs = 0, limit = DEFAULT_ENTRIES }, gateway }) {
      const asked = { job: job ?? null, after: after ?? null, sinceMs, limit };
      const { entries, ...rest } = await (await gateway.client()).call('history', asked);
      return { entries: entries.map(withWords), ...rest };
    },
  }),
  route({
    method: 'get',
    path: '/watch',
    summary:
      'What happens, as it happens: `history` with an entry, which has the id to resume from; `change` with a notification; `gap`: entries are gone; `link`: init went away or came back.',
    query: { after: optional(integer('begin with the history after this id; Last-Event-ID wins', 0, MAX)) },
    answer: 'text/event-stream',
    async run({ query, lastEventId, gateway }) {
      const after = lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : query.after;
      const client = await gateway.client();
      return gateway.streams.open((send) => watch(send, after ?? null, client, gateway.feed));
    },
  }),
  route({
    method: 'get',
    path: '/troubles',
    summary: 'Everything that is wrong or waits, by its root cause, as `upstart explain --json` has it.',
    answer: ref('Troubles'),
    run: async ({ gateway }) => (await gateway.client()).call('troubles', {}),
  }),
  route({
    method: 'get',
    path: '/events/{name}',
    summary: 'Events of that name that are not finished, and what keeps them.',
    answer: LIST,
    run: async ({ path: { name }, gateway }) => (await gateway.client()).call('explainEvent', { name }),
  }),
  route({
    method: 'post',
    path: '/events',
    summary: 'Emit an event.',
    body: fields({
      name: text('the name of the event', 1),
      env: optional(list(text('KEY=VALUE'), MAX_VARIABLES)),
      wait: optional(flag('whether to wait until the event is finished; true by default')),
    }),
    answer: ANY,
    isChange: true,
    async run({ body: { name, env = [], wait = true }, gateway }) {
      await (await gateway.client()).call('emit', { name, env, wait });
      return {};
    },
  }),
];
