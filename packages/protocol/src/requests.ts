/** The check of what clients send: one row a method, one check a field. Nothing unchecked gets past this file. */
import { upstartError } from './errors.ts';
import type { SourceReport } from './event-sources.ts';
import { type LeaseGrant, MAX_LEASE_MS, MIN_LEASE_MS } from './leases.ts';
import type { LogTargetReport } from './log-targets.ts';
import type { EnvTarget, Method, Params, RequestFrame, Target } from './messages.ts';
import {
  type Asking,
  type Behalf,
  type Detailed,
  type FeedPlace,
  type Killing,
  MAX_BY,
  MAX_SIGNAL,
  type Recipients,
  type Stopping,
} from './request-parts.ts';

/** Checks the value found at `place` and returns it (maps: rebuilt, without unknown fields). */
type Check<T> = (value: unknown, place: string) => T;

/** The longest `key` of a request, in UTF-16 units. */
export const MAX_KEY_LENGTH = 256;

function refuse(place: string, expected: string): never {
  throw upstartError('bad-request', `${place} must be ${expected}`);
}

const text: Check<string> = (value, place) => {
  if (typeof value !== 'string') refuse(place, 'a string');
  if (value.includes('\0')) refuse(place, 'without NUL characters');
  return value;
};
const flag: Check<boolean> = (value, place) => (typeof value === 'boolean' ? value : refuse(place, 'true or false'));
const count: Check<number> = (value, place) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : refuse(place, 'a whole number from 0');

const listOf =
  <T>(item: Check<T>, least: number): Check<T[]> =>
  (value, place) => {
    if (!Array.isArray(value) || value.length < least)
      refuse(place, least > 0 ? `a list of ${least} or more` : 'a list');
    return value.map((element: unknown, i) => item(element, `${place}[${i}]`));
  };
const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, place) =>
    value === null ? null : check(value, place);

function asMap(value: unknown, place: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(place, 'a map');
  return value as Record<string, unknown>;
}

/** A map with exactly the fields of `row`. */
const mapOf =
  <T extends object>(row: { readonly [F in keyof T]-?: Check<T[F]> }): Check<T> =>
  (value, place) => {
    const map = asMap(value, place);
    const checked: Record<string, unknown> = {};
    for (const [field, check] of Object.entries<Check<unknown>>(row)) {
      checked[field] = check(Object.hasOwn(map, field) ? map[field] : undefined, `${place}.${field}`);
    }
    return checked as T;
  };

const texts = listOf(text, 0);
const textMap: Check<Record<string, string>> = (value, place) =>
  Object.fromEntries(
    Object.entries(asMap(value, place)).map(([key, item]) => [text(key, place), text(item, `${place}.${key}`)]),
  );

const byEnv = mapOf<{ job: string; env: string[] }>({ job: text, env: texts });
const byName = mapOf<{ job: string; instance: string }>({ job: text, instance: text });
const target: Check<Target> = (value, place) =>
  Object.hasOwn(asMap(value, place), 'instance') ? byName(value, place) : byEnv(value, place);
const label: Check<string> = (value, place) => {
  const words = text(value, place);
  return words.length > 0 && words.length <= MAX_BY && !/\p{Cc}/u.test(words)
    ? words
    : refuse(place, `1 to ${MAX_BY} printable characters long`);
};
const behalf: Check<Behalf> = (value, place) => {
  const { by } = asMap(value, place);
  return by === undefined || by === null ? {} : { by: label(by, `${place}.by`) };
};
const asking: Check<Asking> = (value, place) => {
  const { wait, from } = asMap(value, place);
  const asked: Asking = { wait: flag(wait, `${place}.wait`), ...behalf(value, place) };
  if (from !== undefined && from !== null) asked.from = byName(from, `${place}.from`);
  return asked;
};
const feedPlace = mapOf<FeedPlace>({
  feed: label,
  sequence: (value, place) => count(value, place) || refuse(place, 'a whole number from 1'),
});
const stopping: Check<Stopping> = (value, place) => {
  const { force } = asMap(value, place);
  const asked = asking(value, place);
  return force === undefined || force === null ? asked : { ...asked, force: flag(force, `${place}.force`) };
};
const numberFrom =
  (least: number, most: number): Check<number> =>
  (value, place) => {
    const number = count(value, place);
    return number >= least && number <= most ? number : refuse(place, `from ${least} to ${most}`);
  };
const signal = numberFrom(1, MAX_SIGNAL);
const signalled = mapOf<Omit<Killing, 'by'>>({ signal, hook: flag });
const killing: Check<Killing> = (value, place) => ({ ...signalled(value, place), ...behalf(value, place) });
const detailed: Check<Detailed> = (value, place) => {
  const { details } = asMap(value, place);
  return details === undefined || details === null ? {} : { details: flag(details, `${place}.details`) };
};
const askedTarget: Check<Target & Asking> = (value, place) => ({ ...target(value, place), ...asking(value, place) });
const envTarget: Check<EnvTarget> = orNull(byName);
const event = mapOf<{ name: string; env: string[] }>({ name: text, env: texts });
const recipients: Check<Recipients> = (value, place) => {
  const { args, job } = asMap(value, place);
  const only: Recipients = { args: texts(args, `${place}.args`) };
  if (job !== undefined && job !== null) only.job = text(job, `${place}.job`);
  return only;
};
const emitted: Check<Params<'emit'>> = (value, place) => {
  const { only, socket, place: given } = asMap(value, place);
  const asked: Params<'emit'> = { ...event(value, place), ...asking(value, place) };
  if (only !== undefined && only !== null) asked.only = recipients(only, `${place}.only`);
  if (socket !== undefined && socket !== null) asked.socket = text(socket, `${place}.socket`);
  if (given !== undefined && given !== null) asked.place = feedPlace(given, `${place}.place`);
  return asked;
};
const SOURCE_STATES = ['idle', 'running', 'failed'] as const;
const sourceState: Check<SourceReport['state']> = (value, place) =>
  SOURCE_STATES.find((one) => one === value) ?? refuse(place, SOURCE_STATES.join(', '));
const sourceReport = mapOf<SourceReport>({ name: text, state: sourceState, reason: orNull(text) });
const positive = numberFrom(1, Number.MAX_SAFE_INTEGER);
const leaseTime = numberFrom(MIN_LEASE_MS, MAX_LEASE_MS);
const lastingGrant = mapOf<Omit<LeaseGrant, 'from'>>({
  lease: count,
  token: positive,
  deadlineMs: count,
  ttlMs: leaseTime,
});
const leaseGrant: Check<LeaseGrant> = (value, place) => {
  const { from } = asMap(value, place);
  const grant: LeaseGrant = lastingGrant(value, place);
  return from === undefined || from === null ? grant : { ...grant, from: label(from, `${place}.from`) };
};
const TARGET_STATES = ['running', 'retrying', 'failed'] as const;
const targetState: Check<LogTargetReport['state']> = (value, place) =>
  TARGET_STATES.find((one) => one === value) ?? refuse(place, TARGET_STATES.join(', '));
const targetNumbers = mapOf<Omit<LogTargetReport, 'since' | 'isFull'>>({
  ...{ name: text, state: targetState, reason: orNull(text) },
  ...{ sentLines: count, droppedBytes: count, failures: count, backlogBytes: count },
});
const targetReport: Check<LogTargetReport> = (value, place) => {
  const { since, isFull } = asMap(value, place);
  const report: LogTargetReport = targetNumbers(value, place);
  if (since !== undefined && since !== null) report.since = count(since, `${place}.since`);
  if (isFull !== undefined && isFull !== null) report.isFull = flag(isFull, `${place}.isFull`);
  return report;
};
const nothing = mapOf<Record<never, never>>({});

/** One row a method: what its `params` must be. */
const PARAMS: { readonly [M in Method]: Check<Params<M>> } = {
  hello: mapOf({ version: count, client: text }),
  version: nothing,
  list: (value, place) => {
    const { job } = asMap(value, place);
    return { ...detailed(value, place), ...(job == null ? {} : { job: text(job, `${place}.job`) }) };
  },
  status: (value, place) => ({ ...target(value, place), ...detailed(value, place) }),
  start: askedTarget,
  stop: (value, place) => ({ ...target(value, place), ...stopping(value, place) }),
  restart: askedTarget,
  reload: (value, place) => ({ ...target(value, place), ...behalf(value, place) }),
  kill: (value, place) => ({ ...target(value, place), ...killing(value, place) }),
  emit: emitted,
  feed: mapOf({ feed: label }),
  outgoing: nothing,
  outgoingSent: mapOf({ upTo: count, dropped: count }),
  listen: mapOf({ sockets: texts }),
  awaitConnection: mapOf({ socket: text, newOnly: flag }),
  config: mapOf({ job: orNull(text) }),
  brokenFiles: nothing,
  reloadConfiguration: nothing,
  explain: mapOf({ job: text }),
  timers: mapOf({ job: orNull(text) }),
  troubles: nothing,
  explainEvent: mapOf({ name: text }),
  getLogPriority: nothing,
  setLogPriority: mapOf({ priority: text }),
  getEnv: mapOf({ target: envTarget, name: text }),
  listEnv: mapOf({ target: envTarget }),
  setEnv: mapOf({ target: envTarget, vars: texts, replace: flag }),
  unsetEnv: mapOf({ target: envTarget, names: texts }),
  resetEnv: mapOf({ target: envTarget }),
  sources: nothing,
  registerSources: mapOf({ version: text, pid: count, managed: flag, sources: listOf(sourceReport, 0) }),
  logTargets: nothing,
  numbers: nothing,
  jobNumbers: nothing,
  registerLogShipper: mapOf({ version: text, pid: count, managed: flag, targets: listOf(targetReport, 0) }),
  notifyDiskWriteable: nothing,
  notifyDBusAddress: mapOf({ address: text }),
  notifyCGroupManagerAddress: mapOf({ address: text }),
  endSession: nothing,
  reexecute: nothing,
  leases: nothing,
  grantLease: leaseGrant,
  endLease: mapOf({ lease: count, handOver: flag, reason: text }),
  tellLeaseHolder: mapOf({ lease: count, holder: orNull(text) }),
  history: mapOf({ job: orNull(text), sinceMs: count, after: orNull(count), limit: count }),
  logPath: target,
  watch: nothing,
  run: mapOf({
    argv: listOf(text, 1),
    cwd: text,
    env: textMap,
    terminal: mapOf({ out: flag, err: flag, columns: count }),
  }),
};

/** All methods. */
export const METHODS = Object.keys(PARAMS) as readonly Method[];

/** The id of what may be a request, so that its refusal can be answered; 0 if it has none. */
export function requestId(frame: unknown): number {
  const id = typeof frame === 'object' && frame !== null ? (frame as { id?: unknown }).id : undefined;
  return Number.isSafeInteger(id) && (id as number) >= 0 ? (id as number) : 0;
}

/** The request that a client sent, every field checked. Throws `bad-request`, naming the field and what it must be. */
export function parseRequest(frame: unknown): RequestFrame {
  const map = asMap(frame, 'the request');
  const id = count(map.id, 'id');
  const method = text(map.method, 'method');
  if (!Object.hasOwn(PARAMS, method)) throw upstartError('bad-request', `there is no method ${method}`);
  const params = PARAMS[method as Method](map.params, 'params');
  const request: RequestFrame = { id, method: method as Method, params };
  if (map.key === undefined) return request;
  const key = text(map.key, 'key');
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) refuse('key', `1 to ${MAX_KEY_LENGTH} characters long`);
  return { ...request, key };
}
