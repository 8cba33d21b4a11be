/** What the agent of a host works with: the init of that host. */
import type { FleetAccess } from '@upstart/common';
import type { FleetFault } from './reply.ts';

/** What a stream of items is written to. */
export interface StreamSink {
  /** False: the asker is slow; `drained` is called when it takes more. Items that come meanwhile are dropped and counted. */
  item(value: unknown): boolean;
  /** It has ended by itself; with an error, by that. */
  end(error?: unknown): void;
}

/** A stream that runs. */
export interface FleetStream {
  stop(): void;
  /** The asker takes more. */
  drained?(): void;
}

/** The init of the host. */
export interface FleetInit {
  /** What a method needs, and whether it is a stream; null: there is no such method. */
  kindOf(method: string): { readonly access: FleetAccess; readonly isStream: boolean } | null;
  /** `by`: on whose behalf, for the history. Rejects with any error. */
  call(method: string, params: unknown, by: string): Promise<unknown>;
  stream(method: string, params: unknown, sink: StreamSink): Promise<FleetStream>;
  /** What an error of the above says. */
  faultOf(error: unknown): FleetFault;
}
