/** What a run of the checker has seen. Times are milliseconds of the machine's monotonic clock, which all hosts share, whatever their own show. */

export interface Sent {
  /** Names the event; no other one has it. */
  readonly id: string;
  readonly from: string;
  /** `unknown`: no answer came, so it may be there or not. */
  readonly result: 'kept' | 'unknown';
}

/** A run of the job that only one host may run: its first and its last sign of life. */
export interface Tenure {
  readonly host: string;
  readonly token: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What one host has done with the events. A loss of its power parts all lists: init begins without its journal then. */
export interface HostRecord {
  readonly host: string;
  /** The ids of the events whose jobs have run. Jobs run beside one another, so the order says nothing. */
  readonly ran: readonly (readonly string[])[];
  /** The ids in the order in which init has emitted the events. */
  readonly emitted: readonly (readonly string[])[];
}

export interface History {
  readonly seed: number;
  /** What was done to the cluster, for people. */
  readonly faults: readonly string[];
  /** What each host says of itself at the end, for people. */
  readonly states: readonly string[];
  readonly sent: readonly Sent[];
  /** The ids in the order of the stream. */
  readonly stream: readonly string[];
  readonly hosts: readonly HostRecord[];
  readonly tenures: readonly Tenure[];
  /** When servers and network were well, and at least one host was. */
  readonly calm: readonly Span[];
  /** How long the machine itself has stood still, each time: what is measured then is too long by that. */
  readonly pauses: readonly Span[];
  readonly endMs: number;
  readonly ttlMs: number;
}
