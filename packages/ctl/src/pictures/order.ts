/** The requests of `upstart graph` and `upstart plot` to the program that draws, and its answers: JSON on a pipe. */
import type { HistoryEntry, JobConfig, JobStatus } from '@upstart/protocol';

export const GRAPH_FORMATS = ['svg', 'dot', 'json'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

export interface GraphOrder {
  readonly picture: 'graph';
  /** `scene`: places and texts, for the page of the dashboard. */
  readonly format: GraphFormat | 'scene';
  readonly configs: readonly JobConfig[];
  /** Names and patterns of the jobs whose neighbourhood is wanted; empty: everything. */
  readonly jobs: readonly string[];
  readonly history: readonly HistoryEntry[];
}

export interface PlotOrder {
  readonly picture: 'plot';
  readonly history: readonly HistoryEntry[];
  readonly statuses: readonly JobStatus[];
  /** Whether the history begins where it was asked to; otherwise the boot is drawn, if there is one in it. */
  readonly isSince: boolean;
  /** Names and patterns of the jobs that are wanted; empty: everything. */
  readonly jobs: readonly string[];
}

export type DrawOrder = GraphOrder | PlotOrder;

/** `unknown`: a word that means no job. */
export type DrawAnswer = { readonly text: string } | { readonly error: string; readonly unknown: boolean };

/** A request that cannot be drawn; the message is for users. */
export class DrawError extends Error {
  override name = 'DrawError';
  readonly unknown: boolean;

  constructor(message: string, unknown = false) {
    super(message);
    this.unknown = unknown;
  }
}
