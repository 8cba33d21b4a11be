/** What `upstart graph` asks the program that draws, and what that one answers: JSON on a pipe. */
import type { HistoryEntry, JobConfig } from '@upstart/protocol';

export const GRAPH_FORMATS = ['svg', 'dot', 'json'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

export interface DrawOrder {
  readonly format: GraphFormat;
  readonly configs: readonly JobConfig[];
  /** Names and patterns of the jobs whose neighbourhood is wanted; empty: everything. */
  readonly jobs: readonly string[];
  readonly history: readonly HistoryEntry[];
}

export type DrawAnswer = { readonly text: string } | { readonly error: string };
