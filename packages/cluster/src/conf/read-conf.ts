/** Reads `cluster.conf`. Every mistake is reported with its place; with one there is no cluster, as a wrong line may be a missing restriction. */
import { hostname } from 'node:os';
import {
  clusterConfPath,
  nearest,
  quotedSetting,
  readSettingsText,
  settingLines,
  systemErrorText,
  UsageError,
} from '@upstart/common';
import { type ClusterConf, ClusterConfError, HOST_LABEL, NAME } from './cluster-conf.ts';
import { type Draft, KEYS } from './keys.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_CLUSTER = 'main';
const DEFAULT_KEEP_S = 86_400;
const DEFAULT_LEASE_MS = 15_000;
const BY_NAME = new Map(KEYS.map((key) => [key.name, key]));
/** Where no line says which: all events. */
const ALL: readonly string[] = ['*'];

/** Throws ClusterConfError. */
export function readClusterConf(env: Environment, isSession: boolean): ClusterConf {
  const path = clusterConfPath(env, isSession);
  let text: string;
  try {
    text = readSettingsText(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const reason = isMissing ? `there is no ${path}: this host is in no cluster` : `${path}: ${systemErrorText(error)}`;
    throw new ClusterConfError([reason], isMissing);
  }
  return parseClusterConf(path, text, hostname());
}

/** The settings in the text of a file; `machine`: the name of this machine. Throws ClusterConfError. */
export function parseClusterConf(path: string, text: string, machine: string): ClusterConf {
  let draft: Draft = {
    ...{ path, servers: [], creds: null, nkey: null, tls: { ca: null, cert: null, key: null } },
    ...{ host: machine.replace(/\..*$/s, ''), cluster: DEFAULT_CLUSTER, labels: {} },
    ...{ emit: [], receive: [], keepS: DEFAULT_KEEP_S, leaseTtlMs: DEFAULT_LEASE_MS, replicas: null, fleet: 'off' },
  };
  const complaints: string[] = [];
  const seen = new Map<string, number>();
  for (const { line, key, value } of settingLines(text)) {
    try {
      const row = BY_NAME.get(key);
      if (!row) throw new UsageError(`unknown setting: ${quotedSetting(key)}${hint(key)}`);
      if (value === '') throw new UsageError(`${key}: expected ${row.value} behind it`);
      if (/\p{Cc}/u.test(value.replaceAll('\t', ' '))) throw new UsageError(`${key}: control character in its value`);
      const before = seen.get(key);
      if (before !== undefined && !row.repeats) throw new UsageError(`${key}: stands in line ${before} already`);
      seen.set(key, line);
      draft = { ...draft, ...applied(row, draft, value) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complaints.push(`${path}:${line}: ${error.message}`);
    }
  }
  if (complaints.length === 0) complaints.push(...faults(draft).map((fault) => `${path}: ${fault}`));
  if (complaints.length > 0) throw new ClusterConfError(complaints);
  return {
    ...draft,
    labels: { ...draft.labels, [HOST_LABEL]: draft.host },
    emit: seen.has('emit') ? draft.emit : ALL,
    receive: seen.has('receive') ? draft.receive : ALL,
  };
}

function applied(row: (typeof KEYS)[number], draft: Draft, value: string): Partial<Draft> {
  try {
    return row.apply(draft, value);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${row.name}: ${error.message}`) : error;
  }
}

/** What the file lacks as a whole. */
function faults({ servers, creds, nkey, tls, host }: Draft): string[] {
  const found: string[] = [];
  if (servers.length === 0) found.push('expected a line `servers nats://HOST:PORT`');
  if (creds !== null && nkey !== null) found.push('creds and nkey exclude each other');
  if ((tls.cert === null) !== (tls.key === null)) found.push('tls-cert and tls-key belong together');
  if (!NAME.test(host))
    found.push(`the name of this machine is no name of a host, ${quotedSetting(host)}: expected a line \`host NAME\``);
  return found;
}

/** The nearest key: `--KEY VALUE`, `KEY=VALUE` and capitals are the likely mistakes. */
function hint(key: string): string {
  const word = key
    .replace(/^--/, '')
    .replace(/[=:].*$/s, '')
    .toLowerCase();
  const meant = nearest(word, BY_NAME.keys());
  return meant === null ? '' : `; did you mean \`${meant} ${BY_NAME.get(meant)!.value}\`?`;
}
