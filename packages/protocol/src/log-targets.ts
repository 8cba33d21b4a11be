/** The states of targets of logs, to which the log shipper sends the output of jobs. */

/** A target, as the log shipper reports it. */
export interface LogTargetReport {
  /** Its name in upstart.conf, or what jobs call it: `syslog tcp://logs:601`. */
  name: string;
  /** `retrying`: it does not take anything at present; `failed`: it cannot be used until something is changed. */
  state: 'running' | 'retrying' | 'failed';
  /** Why it does not run. */
  reason: string | null;
  /** Since when it is in its state, in milliseconds since the epoch. A log shipper from before an upgrade does not tell. */
  since?: number;
  /** More than it may is waiting: the oldest output is dropped. Absent: no. */
  isFull?: boolean;
  /** Since the log shipper was started: lines that it has taken, bytes of logs that were left out, and tries that have failed. */
  sentLines: number;
  droppedBytes: number;
  failures: number;
  /** Bytes of logs that wait for it. */
  backlogBytes: number;
}

/** A target, as init knows it. */
export interface LogTargetStatus extends Omit<LogTargetReport, 'state'> {
  /** `off`: nothing is sent, as init writes no logs; `starting`: the log shipper is about to. */
  state: LogTargetReport['state'] | 'starting' | 'off';
}

/**
 * What the log shipper says of its targets, again whenever that has changed. Init answers whether it is to continue (`stay`), and with the
 * targets of upstart.conf, as that has them.
 */
export interface LogShipperRegistration {
  version: string;
  pid: number;
  /** Init has started it. */
  managed: boolean;
  targets: LogTargetReport[];
}

export interface LogTargetMethods {
  /** The targets of upstart.conf and of jobs. */
  logTargets: { params: Record<never, never>; result: LogTargetStatus[] };
  registerLogShipper: { params: LogShipperRegistration; result: { stay: boolean; targets: string[] } };
}

export interface JobLogTargets {
  /** Where the output of a job is sent: `syslog tcp://logs:601`, a name of upstart.conf, or `none`; and `KEY=VALUE` that go along. */
  logTo?: string[];
  logLabels?: string[];
}
