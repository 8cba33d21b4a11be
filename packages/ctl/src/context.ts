/** Everything that a command may use of its surroundings. The same code runs in the daemon and in a process of its own. */
import type { Scope, UpstartClient } from '@upstart/protocol';

export interface Terminal {
  /** Whether standard output and standard error are terminals. */
  readonly out: boolean;
  readonly err: boolean;
  /** The width; 0 where it is not known. */
  readonly columns: number;
  /** The height; absent where it is not known, as in a daemon. */
  readonly rows?: number;
}

/** The buses of D-Bus. */
export type BusName = 'system' | 'session';

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /**
   * Whether this process is the caller's own. A command that reads files of the caller's must not do so with the
   * rights of the daemon: where this is false, the caller is asked to run it by itself (`RUN_LOCALLY`).
   */
  readonly local: boolean;
  /** Writes to standard output and standard error; text as `encodeText` of the protocol takes it. */
  out(text: string): void;
  err(text: string): void;
  /** The caller is neither root nor the owner of the daemon: an ordinary user of the system's init. */
  readonly isStranger?: boolean;
  /** A client of the daemon that `scope` means. The command closes it. */
  connect(scope: Scope): Promise<UpstartClient>;
  /** The same over a D-Bus bus, of the daemon that has the name `destination` there. Absent: all go by sockets of their own. */
  connectByBus?(bus: BusName, destination: string): Promise<UpstartClient>;
  /** Ends commands without an end of their own (`watch`, `log --follow`). */
  readonly signal?: AbortSignal;
  /** Calls `listener` instead of ending by SIGINT, SIGTERM or SIGHUP, or because nothing reads the output, until the returned function is called. Absent in a daemon. */
  onInterrupt?(listener: (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void): () => void;
  /** The folder above `/etc`, `/run` and `/proc`, for what the system has beside jobs; `/` by default. */
  readonly root?: string;
  /** The time of day, for `watch`; the system's clock by default. */
  now?(): Date;
}
