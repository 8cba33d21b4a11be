/**
 * Every error that a daemon answers, with the text that users see (reference: control §3.2, §3.4, §4).
 * A text is either fixed or made from the values that belong to it.
 */
export const ERRORS = {
  'empty-name': () => 'Name may not be empty string',
  'unknown-job': (job: string) => `Unknown job: ${job}`,
  'unknown-instance': (instance: string) => `Unknown instance: ${instance}`,
  'unknown-instance-of-job': (instance: string, job: string) => `Unknown instance: ${instance} of job ${job}`,
  'already-started': (display: string) => `Job is already running: ${display}`,
  'already-stopped': (display: string) => `Job has already been stopped: ${display}`,
  'not-running': (display: string) => `Job is not running: ${display}`,
  'no-process': (display: string, which: string) => `Job has no ${which} that runs: ${display}`,
  'job-failed-to-start': () => 'Job failed to start',
  'job-failed-while-stopping': () => 'Job failed while stopping',
  'job-failed-to-reload': () => 'Job failed to reload',
  'job-failed-to-restart': () => 'Job failed to restart',
  'event-failed': () => 'Event failed',
  'env-not-pairs': () => 'Env must be KEY=VALUE pairs',
  'expansion-failed': (message: string) => message,
  'cgroup-manager-not-available': (display: string) =>
    `Job cannot be started as cgroup manager not available: ${display}`,
  'unknown-socket': (name: string) => `No such socket: ${name}`,
  'unknown-lease': (id: string) => `No such lease: ${id}`,
  'lease-expired': (name: string) => `The lease ${name} has expired`,
  'no-such-variable': (name: string) => `No such variable: ${name}`,
  'empty-variable': () => 'Variable may not be empty string',
  'empty-job': () => 'Job may not be empty string',
  'pid1-environment': () => 'Not permissible to modify PID 1 job environment',
  'pid1-dbus-address': () => 'Not permissible to notify D-Bus address for PID 1',
  'bus-address-invalid': (why: string) => why,
  'bus-not-found': (why: string) => why,
  'bus-unavailable': (why: string) => why,
  'invalid-log-priority': () => 'The log priority given was not recognised',
  'limit-exceeded': (what: string) => what,
  'permission-denied': (what: string) => `You do not have permission to ${what}`,
  'bad-request': (why: string) => `Invalid request: ${why}`,
  'unsupported-version': (theirs: string, ours: string) =>
    `The init daemon speaks protocol version ${ours}, this client version ${theirs}`,
  internal: (why: string) => `Internal error: ${why}`,
} as const satisfies Record<string, (...values: string[]) => string>;

export type ErrorCode = keyof typeof ERRORS;

/** An error as it crosses the socket. */
export interface WireError {
  code: ErrorCode;
  text: string;
}

/** An error of the daemon's, as clients and the engine throw it; `message` is the text for users. */
export class UpstartError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'UpstartError';
    this.code = code;
  }

  toWire(): WireError {
    return { code: this.code, text: this.message };
  }
}

/** A call was not answered within the time that its caller gave it. The request stays in force. */
export class TimeoutError extends Error {
  constructor(method: string, timeoutMs: number) {
    super(`No answer to ${method} within ${timeoutMs} ms`);
    this.name = 'TimeoutError';
  }
}

/** Makes the error `code` with the text that belongs to it. */
export function upstartError<C extends ErrorCode>(code: C, ...values: Parameters<(typeof ERRORS)[C]>): UpstartError {
  const text = ERRORS[code] as (...values: string[]) => string;
  return new UpstartError(code, text(...values));
}
