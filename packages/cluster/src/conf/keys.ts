/** The keys of `cluster.conf`, as a table. */
import { isAbsolute } from 'node:path';
import { FLEET_ACCESS, FLEET_KEY, parseDuration, quotedSetting, UsageError } from '@upstart/common';
import { EVENT_PATTERN } from '../subjects/event-names.ts';
import {
  type ClusterConf,
  HOST_LABEL,
  LABEL_VALUE,
  MAX_LABELS,
  MAX_PATTERNS,
  MAX_SERVERS,
  NAME,
} from './cluster-conf.ts';

/** What has been read so far. */
export type Draft = { -readonly [K in keyof ClusterConf]: ClusterConf[K] };

export interface Key {
  readonly name: string;
  /** The form of its value, for messages and manuals. */
  readonly value: string;
  readonly description: string;
  /** Whether it may stand in several lines, which add up. */
  readonly repeats?: boolean;
  /** Throws UsageError. */
  apply(draft: Draft, value: string): Partial<Draft>;
}

const DEFAULT_PORT = '4222';
const SCHEMES: ReadonlySet<string> = new Set(['nats:', 'tls:']);
const MAX_KEEP_S = 366 * 86_400;
export const MIN_KEEP_S = 60;
/** Odd, so that a majority is more than a half. */
const COPIES: ReadonlySet<number> = new Set([1, 3, 5]);

/** The shortest and the longest time that a lease lasts, in milliseconds. */
const MIN_LEASE_MS = 5000;
const MAX_LEASE_MS = 3_600_000;

export const KEYS: readonly Key[] = [
  {
    name: 'servers',
    value: 'URL...',
    description: 'The NATS servers: nats://HOST:PORT, or tls://HOST:PORT',
    repeats: true,
    apply: ({ servers }, value) => ({ servers: added(servers, words(value).map(server), MAX_SERVERS, 'servers') }),
  },
  {
    name: 'creds',
    value: 'PATH',
    description: "The file with this host's credentials (JWT and NKey)",
    apply: (_, value) => ({ creds: path(value) }),
  },
  {
    name: 'nkey',
    value: 'PATH',
    description: "The file with the seed of this host's NKey",
    apply: (_, value) => ({ nkey: path(value) }),
  },
  {
    name: 'tls-ca',
    value: 'PATH',
    description: 'The authorities that certificates of servers are checked against',
    apply: ({ tls }, value) => ({ tls: { ...tls, ca: path(value) } }),
  },
  {
    name: 'tls-cert',
    value: 'PATH',
    description: "This host's certificate",
    apply: ({ tls }, value) => ({ tls: { ...tls, cert: path(value) } }),
  },
  {
    name: 'tls-key',
    value: 'PATH',
    description: "The key of this host's certificate",
    apply: ({ tls }, value) => ({ tls: { ...tls, key: path(value) } }),
  },
  {
    name: 'host',
    value: 'NAME',
    description: 'The name of this host in the cluster; the default is the host name up to its first dot',
    apply: (_, value) => ({ host: name(value) }),
  },
  {
    name: 'cluster',
    value: 'NAME',
    description: 'The name of the cluster; the default is main',
    apply: (_, value) => ({ cluster: name(value) }),
  },
  {
    name: 'label',
    value: 'NAME=VALUE...',
    description: 'Labels of this host, by which it is chosen',
    repeats: true,
    apply: ({ labels }, value) => ({ labels: words(value).reduce(labelled, labels) }),
  },
  {
    name: 'emit',
    value: 'EVENT...',
    description: 'The events that this host sends; the default is * (all)',
    repeats: true,
    apply: ({ emit }, value) => ({ emit: added(emit, words(value).map(pattern), MAX_PATTERNS, 'events') }),
  },
  {
    name: 'receive',
    value: 'EVENT...',
    description: 'The events that this host takes; the default is * (all)',
    repeats: true,
    apply: ({ receive }, value) => ({ receive: added(receive, words(value).map(pattern), MAX_PATTERNS, 'events') }),
  },
  {
    name: 'keep',
    value: 'DURATION',
    description: 'How long events are kept for hosts that are off; the default is 1d',
    apply: (_, value) => ({ keepS: keep(value) }),
  },
  {
    name: 'lease',
    value: 'DURATION',
    description: 'How long a lease lasts that is not renewed; the default is 15s',
    apply: (_, value) => ({ leaseTtlMs: leaseTtl(value) }),
  },
  {
    name: 'replicas',
    value: 'N',
    description: 'Copies of what the servers keep; the default is 3 where they are a cluster, else 1',
    apply: (_, value) => ({ replicas: replicas(value) }),
  },
  {
    name: FLEET_KEY,
    value: 'ACCESS',
    description: 'What upstart fleet on other hosts may do here: off (the default), read, or control',
    apply: (_, value) => ({ fleet: fleetAccess(value) }),
  },
];

const words = (value: string): string[] => value.split(/[ \t]+/);

function added(before: readonly string[], more: readonly string[], max: number, what: string): string[] {
  if (before.length + more.length > max) throw new UsageError(`more than ${max} ${what}`);
  return [...before, ...more];
}

function server(text: string): string {
  const expected = new UsageError(`expected nats://HOST:PORT or tls://HOST:PORT: ${quotedSetting(text)}`);
  // Another scheme of the language's URLs has no ports and hosts of its own.
  const [, scheme = 'nats:', rest = ''] = /^(?:([a-z]+:)\/\/)?(.*)$/.exec(text) ?? [];
  if (!SCHEMES.has(scheme) || !URL.canParse(`http://${rest}`)) throw expected;
  const { hostname, port, pathname, search, hash, username, password } = new URL(`http://${rest}`);
  if (username !== '' || password !== '') throw new UsageError('no password belongs here: use creds or nkey');
  if (hostname === '' || pathname !== '/' || search !== '' || hash !== '' || port === '0') throw expected;
  return `${scheme}//${hostname}:${port === '' ? (rest.endsWith(':80') ? '80' : DEFAULT_PORT) : port}`;
}

function path(value: string): string {
  if (!isAbsolute(value)) throw new UsageError(`expected a path that begins with /: ${quotedSetting(value)}`);
  return value;
}

function name(value: string): string {
  if (!NAME.test(value))
    throw new UsageError(`expected at most 63 of the characters A-Z a-z 0-9 _ -: ${quotedSetting(value)}`);
  return value;
}

function labelled(labels: ClusterConf['labels'], word: string): ClusterConf['labels'] {
  const [key = '', value = ''] = word.split(/=(.*)/s);
  if (!NAME.test(key) || !LABEL_VALUE.test(value))
    throw new UsageError(`expected NAME=VALUE, of A-Z a-z 0-9 _ - and in the value dots: ${quotedSetting(word)}`);
  if (key === HOST_LABEL) throw new UsageError(`every host has the label ${HOST_LABEL}: its name`);
  if (Object.hasOwn(labels, key)) throw new UsageError(`${key} has the value ${labels[key]} already`);
  if (Object.keys(labels).length >= MAX_LABELS) throw new UsageError(`more than ${MAX_LABELS} labels`);
  return { ...labels, [key]: value };
}

function pattern(word: string): string {
  if (!EVENT_PATTERN.test(word))
    throw new UsageError(`expected the name of an event, in which * is any text: ${quotedSetting(word)}`);
  return word;
}

function keep(value: string): number {
  const ms = parseDuration(value);
  const seconds = ms === null ? null : Math.round(ms / 1000);
  if (seconds === null || seconds < MIN_KEEP_S || seconds > MAX_KEEP_S)
    throw new UsageError(`expected a time from 1m to 366d: ${quotedSetting(value)}`);
  return seconds;
}

function leaseTtl(value: string): number {
  const ms = parseDuration(value);
  if (ms === null || ms < MIN_LEASE_MS || ms > MAX_LEASE_MS)
    throw new UsageError(`expected a time from 5s to 1h: ${quotedSetting(value)}`);
  return ms;
}

function replicas(value: string): number {
  const count = Number(value);
  if (!COPIES.has(count)) throw new UsageError(`expected 1, 3 or 5: ${quotedSetting(value)}`);
  return count;
}

function fleetAccess(value: string): ClusterConf['fleet'] {
  const access = FLEET_ACCESS.find((one) => one === value);
  if (access === undefined) throw new UsageError(`expected ${FLEET_ACCESS.join(', ')}: ${quotedSetting(value)}`);
  return access;
}
