/** Targets of logs: where the output of jobs is sent, besides its file (reference: job files §4.6, system §1). Pure. */
import { globMatches } from '@upstart/common';

export const LOG_TARGET_KINDS = ['journald', 'syslog', 'otlp'] as const;
export type LogTargetKind = (typeof LOG_TARGET_KINDS)[number];

/** A place to which output is sent. */
export interface LogTarget {
  readonly kind: LogTargetKind;
  /** The path of a socket; `unix:PATH`, `udp://HOST:PORT`, `tcp:…` or `tls:…`; a URL. Complete, with the port. */
  readonly location: string;
}

/** A target of upstart.conf. */
export interface NamedLogTarget extends LogTarget {
  readonly name: string;
  /** Patterns of the names of jobs; the job itself may name the target, too. */
  readonly jobs: readonly string[];
  /** `KEY=VALUE`. */
  readonly labels: readonly string[];
  /** Paths of PEM files: authorities that are trusted instead of the system's, and a certificate of this client with its key. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** The path of a file with HTTP headers, `NAME: VALUE` each. */
  readonly headers: string | null;
  /** The most bytes of logs that wait for it. */
  readonly queueBytes: number;
}

/** In a job: none of the targets of upstart.conf that are for all jobs. */
export const NO_TARGET = 'none';
/** The most targets and labels of one job, labels of one target, and targets of upstart.conf. */
export const MAX_LOG_TARGETS = 16;
export const MAX_LOG_LABELS = 32;
export const MAX_NAMED_LOG_TARGETS = 64;
const MAX_LABEL_LENGTH = 1000;

const DEFAULT_QUEUE_BYTES = 64 * 1024 * 1024;
const MIN_QUEUE_BYTES = 1024 * 1024;
/** As many bytes as a terabyte has. */
const MAX_QUEUE_BYTES = 2 ** 40;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;
const LABEL = /^[A-Za-z_][\w.-]{0,62}=/;
const CONTROL = /\p{Cc}/u;

export const ILLEGAL_TARGET = `Illegal target, expected ${LOG_TARGET_KINDS.join(', ')}, ${NO_TARGET} or a name of upstart.conf`;

/** What is wrong, for a message. */
export type LogTargetFault = string;

/** Where a target is that has no location. */
const DEFAULT_LOCATIONS: Readonly<Record<LogTargetKind, string>> = {
  journald: '/run/systemd/journal/socket',
  syslog: 'unix:/dev/log',
  otlp: 'http://127.0.0.1:4318/v1/logs',
};
export const LOCATION_FORMS: Readonly<Record<LogTargetKind, string>> = {
  journald: 'the path of a socket',
  syslog: 'unix:PATH, udp://HOST[:PORT], tcp://HOST[:PORT] or tls://HOST[:PORT]',
  otlp: 'http://HOST[:PORT][/PATH] or https://…',
};
const SYSLOG_PORTS: Readonly<Record<string, string>> = { 'udp:': '514', 'tcp:': '601', 'tls:': '6514' };
/** As the kernel takes it. */
const MAX_SOCKET_PATH_BYTES = 107;

export function isLogTargetKind(word: string): word is LogTargetKind {
  return (LOG_TARGET_KINDS as readonly string[]).includes(word);
}

/** The target of a kind, whose location may be left out. */
export function logTarget(kind: LogTargetKind, location: string | undefined): LogTarget | LogTargetFault {
  const complete = location === undefined ? DEFAULT_LOCATIONS[kind] : READERS[kind](location);
  return complete === null ? `Illegal location, expected ${LOCATION_FORMS[kind]}` : { kind, location: complete };
}

/** By kind: the complete location, or null. */
const READERS: Readonly<Record<LogTargetKind, (location: string) => string | null>> = {
  journald: (location) => (isSocketPath(location) ? location : null),
  syslog(location) {
    if (location.startsWith('unix:')) {
      const path = location.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
      return isSocketPath(path) ? `unix:${path}` : null;
    }
    const [, scheme = '', rest = ''] = /^(udp:|tcp:|tls:)\/\/([^/?#@\s]+)\/?$/.exec(location) ?? [];
    // The parser of URLs knows hosts and ports for http alone.
    const place = parsedUrl(`http://${rest}`);
    if (place === null || scheme === '') return null;
    const port = /:([0-9]+)$/.exec(rest)?.[1] ?? SYSLOG_PORTS[scheme];
    return Number(port) > 0 ? `${scheme}//${place.hostname}:${port}` : null;
  },
  otlp(location) {
    const url = parsedUrl(location);
    if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return null;
    if (url.pathname === '/') url.pathname = '/v1/logs';
    return url.href;
  },
};

function isSocketPath(path: string): boolean {
  return path.startsWith('/') && Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES && !CONTROL.test(path);
}

function parsedUrl(text: string): URL | null {
  if (!/^https?:\/\//.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** What `log to` names: `none`, a name of upstart.conf, or a kind with its location. */
export function logDestination(words: readonly string[]): string | { readonly fault: LogTargetFault } {
  const [first = '', location] = words;
  if (isLogTargetKind(first)) {
    const target = logTarget(first, location);
    return typeof target === 'string' ? { fault: target } : targetText(target);
  }
  if (NAME.test(first) && location === undefined) return first;
  return { fault: ILLEGAL_TARGET };
}

/** `syslog tcp://logs:601` */
export function targetText({ kind, location }: LogTarget): string {
  return `${kind} ${location}`;
}

/** The target of a text that `logDestination` has given; null: it is a name. */
export function targetOfText(text: string): LogTarget | null {
  const [kind = '', location] = text.split(' ');
  if (!isLogTargetKind(kind)) return null;
  const target = logTarget(kind, location);
  return typeof target === 'string' ? null : target;
}

/** The names of the targets of a job: those of upstart.conf (`named`) that are for it, and those that it names itself. */
export function targetNamesOf(
  job: string,
  logTo: readonly string[],
  named: readonly Pick<NamedLogTarget, 'name' | 'jobs'>[],
): string[] {
  const own = logTo.filter((name) => name !== NO_TARGET);
  const isFor = ({ name, jobs }: Pick<NamedLogTarget, 'name' | 'jobs'>): boolean =>
    !logTo.includes(name) && !logTo.includes(NO_TARGET) && jobs.some((pattern) => globMatches(pattern, job));
  return [...named.filter(isFor).map(({ name }) => name), ...own];
}

/** What is wrong with a label; null: nothing. */
export function labelFault(label: string): LogTargetFault | null {
  if (!LABEL.test(label)) return 'Illegal label, expected KEY=VALUE';
  if (label.length > MAX_LABEL_LENGTH) return `Illegal label, expected at most ${MAX_LABEL_LENGTH} characters`;
  return CONTROL.test(label) ? 'Illegal label, expected no control character' : null;
}

type Settings = { -readonly [K in keyof Omit<NamedLogTarget, 'name' | keyof LogTarget>]: NamedLogTarget[K] };
type Setting = (settings: Settings, value: string) => LogTargetFault | null;

const path =
  (field: 'ca' | 'cert' | 'key' | 'headers'): Setting =>
  (settings, value) => {
    settings[field] = value;
    return value.startsWith('/') ? null : `${field}: expected a path that begins with /`;
  };

const SETTINGS: Readonly<Record<string, Setting>> = {
  jobs(settings, value) {
    settings.jobs = value.split(',').filter((pattern) => pattern !== '');
    return null;
  },
  ca: path('ca'),
  cert: path('cert'),
  key: path('key'),
  headers: path('headers'),
  queue(settings, value) {
    const [, digits = '', unit = ''] = /^([0-9]{1,9})([KMG]?)$/.exec(value) ?? [];
    settings.queueBytes = digits === '' ? 0 : Number(digits) * (UNITS[unit] as number);
    return settings.queueBytes >= MIN_QUEUE_BYTES && settings.queueBytes <= MAX_QUEUE_BYTES
      ? null
      : 'queue: expected 1M or more: bytes, or with K, M or G';
  },
};

/** Which kinds have a setting that is not for all. */
const FOR_KINDS: Readonly<Record<string, (target: LogTarget) => boolean>> = {
  ca: isEncrypted,
  cert: isEncrypted,
  key: isEncrypted,
  headers: ({ kind }) => kind === 'otlp',
};

function isEncrypted({ location }: LogTarget): boolean {
  return /^(tls|https):/.test(location);
}

/** Reads `NAME KIND [LOCATION] [SETTING=VALUE…] [label.KEY=VALUE…]`, the value of the option log-target. */
export function namedLogTarget(text: string): NamedLogTarget | LogTargetFault {
  const [name = '', kind = '', ...rest] = text.split(/[ \t]+/).filter((word) => word !== '');
  if (!NAME.test(name) || isLogTargetKind(name) || name === NO_TARGET)
    return `expected a name in front: letters, digits, - and _, and none of ${[...LOG_TARGET_KINDS, NO_TARGET].join(', ')}`;
  if (!isLogTargetKind(kind)) return `expected ${LOG_TARGET_KINDS.join(', ')} behind the name`;
  const location = rest[0] !== undefined && !/^[\w.-]+=/.test(rest[0]) ? rest.shift() : undefined;
  const target = logTarget(kind, location);
  if (typeof target === 'string') return lowerCased(target);
  const labels: string[] = [];
  const settings: Settings = { jobs: ['*'], labels, ca: null, cert: null, key: null, headers: null, queueBytes: 0 };
  settings.queueBytes = DEFAULT_QUEUE_BYTES;
  for (const word of rest) {
    const fault = settingFault(word, target, settings, labels);
    if (fault !== null) return fault;
  }
  if ((settings.cert === null) !== (settings.key === null)) return 'cert and key: expected both or none';
  return { name, ...target, ...settings };
}

function settingFault(word: string, target: LogTarget, settings: Settings, labels: string[]): LogTargetFault | null {
  const [, key = '', value = ''] = /^([\w.-]+)=(.*)$/.exec(word) ?? [];
  if (key.startsWith('label.')) {
    labels.push(word.slice('label.'.length));
    if (labels.length > MAX_LOG_LABELS) return `expected at most ${MAX_LOG_LABELS} labels`;
    const fault = labelFault(labels.at(-1) as string);
    return fault === null ? null : lowerCased(fault);
  }
  const setting = SETTINGS[key];
  if (setting === undefined) return `expected ${[...Object.keys(SETTINGS), 'label.KEY'].join('=, ')}=, not ${word}`;
  if (FOR_KINDS[key]?.(target) === false) return `${key}: not for ${targetText(target)}`;
  return setting(settings, value);
}

function lowerCased(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
