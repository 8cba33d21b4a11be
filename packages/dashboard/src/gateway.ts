/** What the routes have in common: the connection to init, what happens there, streams, and helper programs. */
import { startTool } from '@upstart/ctl/parts';
import type { UpstartClient } from '@upstart/protocol';
import type { Streams } from './http/sse.ts';
import { MAX_TOOL_ANSWER_BYTES, TOOL_TIMEOUT_MS } from './limits.ts';
import type { Feed } from './live/feed.ts';
import type { ToolQueue } from './live/tool-queue.ts';

export interface Gateway {
  /** A client that outlives restarts of the daemon. */
  client(): Promise<UpstartClient>;
  readonly feed: Feed;
  readonly streams: Streams;
  readonly tools: ToolQueue;
  /** Where init saves its state, for simulations. */
  readonly stateFolder: string;
  readonly isReadOnly: boolean;
  readonly version: string;
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
