/** D-Bus errors: those of the daemon by their names on D-Bus (reference: dbus §6), and those of D-Bus itself. */
import { printable } from '@upstart/common';
import type { ErrorCode } from '@upstart/protocol';
import type { Header } from './wire/message.ts';

const OWN = 'com.ubuntu.Upstart0_6.Error';
const DBUS = 'org.freedesktop.DBus.Error';

/** An error as it is sent: `errorName`, and `message` as its text. */
export class DBusError extends Error {
  override name = 'DBusError';
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.errorName = errorName;
  }
}

/** By the code of an error of the daemon. */
const NAMES: Readonly<Record<ErrorCode, string>> = {
  'empty-name': `${DBUS}.InvalidArgs`,
  'unknown-job': `${OWN}.UnknownJob`,
  'unknown-instance': `${OWN}.UnknownInstance`,
  'unknown-instance-of-job': `${OWN}.UnknownJobInstance`,
  'already-started': `${OWN}.AlreadyStarted`,
  'already-stopped': `${OWN}.AlreadyStopped`,
  'not-running': `${OWN}.NotRunning`,
  'no-process': `${OWN}.NotRunning`,
  'job-failed-to-start': `${OWN}.JobFailed`,
  'job-failed-while-stopping': `${OWN}.JobFailed`,
  'job-failed-to-reload': `${OWN}.JobFailed`,
  'job-failed-to-restart': `${OWN}.JobFailed`,
  'event-failed': `${OWN}.EventFailed`,
  'env-not-pairs': `${DBUS}.InvalidArgs`,
  'expansion-failed': `${DBUS}.InvalidArgs`,
  'cgroup-manager-not-available': `${OWN}.CGroupManagerNotAvailable`,
  'unknown-socket': `${DBUS}.InvalidArgs`,
  'unknown-lease': `${DBUS}.InvalidArgs`,
  'lease-expired': `${DBUS}.Failed`,
  'no-such-variable': `${DBUS}.InvalidArgs`,
  'empty-variable': `${DBUS}.InvalidArgs`,
  'empty-job': `${DBUS}.InvalidArgs`,
  'pid1-environment': `${OWN}.PermissionDenied`,
  'pid1-dbus-address': `${OWN}.PermissionDenied`,
  'bus-address-invalid': `${DBUS}.BadAddress`,
  'bus-not-found': `${DBUS}.FileNotFound`,
  'bus-unavailable': `${DBUS}.Failed`,
  'invalid-log-priority': `${DBUS}.InvalidArgs`,
  'limit-exceeded': `${DBUS}.LimitsExceeded`,
  'permission-denied': `${OWN}.PermissionDenied`,
  'bad-request': `${DBUS}.InvalidArgs`,
  'unsupported-version': `${DBUS}.Failed`,
  internal: `${DBUS}.Failed`,
};

/** Codes by the names of errors that mean one thing. */
const CODES: ReadonlyMap<string, ErrorCode> = new Map(
  Object.entries({
    UnknownJob: 'unknown-job',
    UnknownInstance: 'unknown-instance',
    UnknownJobInstance: 'unknown-instance-of-job',
    AlreadyStarted: 'already-started',
    AlreadyStopped: 'already-stopped',
    EventFailed: 'event-failed',
    PermissionDenied: 'permission-denied',
  } as const).map(([name, code]) => [`${OWN}.${name}`, code]),
);

/** The code that an error of init on D-Bus has here; null: it may be one of several, or is not init's. */
export const codeOfName = (name: string): ErrorCode | null => CODES.get(name) ?? null;

/** The code of an error of the daemon; null for any other value. */
export function codeOf(error: unknown): ErrorCode | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && Object.hasOwn(NAMES, code) ? (code as ErrorCode) : null;
}

/** The error to answer after `error`; null: it is a bug, and its text is for the log alone. */
export function toDBusError(error: unknown): DBusError | null {
  if (error instanceof DBusError) return error;
  const code = codeOf(error);
  return code === null ? null : new DBusError(NAMES[code], (error as Error).message);
}

export const failed = (text: string): DBusError => new DBusError(`${DBUS}.Failed`, text);
export const invalidArgs = (text: string): DBusError => new DBusError(`${DBUS}.InvalidArgs`, text);
export const accessDenied = (text: string): DBusError => new DBusError(`${DBUS}.AccessDenied`, text);
export const notSupported = (text: string): DBusError => new DBusError(`${DBUS}.NotSupported`, text);
export const limitsExceeded = (text: string): DBusError => new DBusError(`${DBUS}.LimitsExceeded`, text);
/** A bus answers the authentication with this line. */
export const rejected = (line: string): DBusError => failed(`The bus rejects this process: ${printable(line)}`);
/** An error that another process sent. Its text is printed and logged, so it must not command a terminal; it may have several lines. */
export const received = (errorName: string, text: string): DBusError =>
  new DBusError(errorName, text.replace(/[^\P{Cc}\n\t]/gu, printable));
/** An answer has other types than the method. */
export const invalidReply = (): DBusError => invalidArgs('Invalid arguments received in reply');
/** No answer has come in time; the text is libdbus's. */
export const noReply = (): DBusError =>
  new DBusError(
    `${DBUS}.NoReply`,
    'Did not receive a reply. Possible causes include: the remote application did not send a reply, the message bus security policy blocked the reply, the reply timeout expired, or the network connection was broken.',
  );
export const unknownInstance = (instance: string): DBusError =>
  new DBusError(`${OWN}.UnknownInstance`, `Unknown instance: ${instance}`);
export const unknownJobInstance = (instance: string, job: string): DBusError =>
  new DBusError(`${OWN}.UnknownJobInstance`, `Unknown instance: ${instance} of job ${job}`);

/** There is no such method, interface or object; the text is libdbus's. */
export function unknownMethod({ member, signature, interface: name = '(null)' }: Header): DBusError {
  const text = `Method "${member}" with signature "${signature}" on interface "${name}" doesn't exist\n`;
  return new DBusError(`${DBUS}.UnknownMethod`, text);
}
