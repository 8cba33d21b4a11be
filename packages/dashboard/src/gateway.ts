/** What the routes have in common: the connection to init, what happens there, streams, and helper programs. */
import { startTool } from '@upstart/ctl/parts';
import type { UpstartClient } from '@upstart/protocol';
import type { Streams } from './http/sse.ts';
import { MAX_TOOL_ANSWER_BYTES, TOOL_TIMEOUT_MS } from './limits.ts';
import { Feed } from './live/feed.ts';
import { FleetHosts, type FleetPlace } from './live/fleet.ts';
import type { InitPlace } from './live/inits.ts';
import type { ToolQueue } from './live/tool-queue.ts';
import { Usage } from './live/usage.ts';

export interface Gateway {
  /** A client that outlives restarts of the daemon. */
  client(): Promise<UpstartClient>;
  readonly feed: Feed;
  readonly streams: Streams;
  readonly tools: ToolQueue;
  /** Where init saves its state, for simulations. */
  readonly stateFolder: string;
  readonly usage: Usage;
  readonly fleet: FleetHosts;
  readonly isReadOnly: boolean;
  readonly version: string;
  /** All inits that pages may be of, and which of them is this one's. */
  inits(): readonly InitLink[];
  close(): void;
}

export interface InitLink extends Pick<InitPlace, 'name' | 'title'> {
  /** Of its page: `/` or `/init/NAME/`. */
  readonly path: string;
  readonly isHere: boolean;
}

interface GatewayParts extends Pick<Gateway, 'tools' | 'streams' | 'stateFolder' | 'isReadOnly' | 'version' | 'inits'> {
  readonly place: FleetPlace;
  connect(): Promise<UpstartClient>;
}

/** Connects when it is first asked to. */
export function makeGateway({ connect, streams, place, ...parts }: GatewayParts): Gateway {
  let shared: Promise<UpstartClient> | null = null;
  const client = (): Promise<UpstartClient> => {
    shared ??= connect().catch((error: unknown) => {
      shared = null;
      throw error;
    });
    return shared;
  };
  const feed = new Feed(connect);
  const usage = new Usage(client);
  const fleet = new FleetHosts(place, parts.tools);
  const close = (): void => {
    streams.close();
    feed.close();
    usage.close();
    shared?.then((connected) => connected.close()).catch(() => {});
    shared = null;
  };
  return { ...parts, streams, client, feed, usage, fleet, close };
}

/** The answer of a helper program of lib/upstart to a question. */
export async function ask<Answer>(
  { tools }: Pick<Gateway, 'tools'>,
  name: string,
  question: unknown,
  args: readonly string[] = [],
): Promise<Answer> {
  const limits = { timeoutMs: TOOL_TIMEOUT_MS, maxBytes: MAX_TOOL_ANSWER_BYTES };
  return JSON.parse(await tools.run(() => startTool(name, args, question, limits))) as Answer;
}
