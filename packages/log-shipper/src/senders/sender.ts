/** What sends records to one target. */
import type { LogRecord } from '../record.ts';

export interface Sender {
  /** The longest text of a record, in bytes: a longer one is divided. */
  readonly maxTextBytes: number;
  /** Resolves when the target has taken all. Rejects with a `SendError`, or with any other error if none was taken. */
  send(records: readonly LogRecord[]): Promise<void>;
  close(): void;
}

export class SendError extends Error {
  /** How many of the records were taken. */
  readonly taken: number;
  /** The next record will never be taken. */
  readonly isFinal: boolean;
  /** The target wants no other attempt for so long; 0: it names no time. */
  readonly pauseMs: number;

  constructor(message: string, { taken = 0, isFinal = false, pauseMs = 0 } = {}) {
    super(message);
    this.taken = taken;
    this.isFinal = isFinal;
    this.pauseMs = pauseMs;
  }
}
