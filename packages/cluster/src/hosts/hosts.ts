/** The hosts that a cluster knows: each enters itself, and stays until an administrator removes it. */
import { type KV, Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { FLEET_ACCESS, type FleetAccess, quotedSetting, UsageError } from '@upstart/common';
import { type ClusterConf, LABEL_VALUE, type Labels, MAX_LABELS, NAME } from '../conf/cluster-conf.ts';
import { copies } from '../connection/copies.ts';
import { Subjects } from '../subjects/subjects.ts';

/** What a host says of itself. */
export interface HostRecord {
  readonly host: string;
  readonly labels: Labels;
  /** Of Upstart. */
  readonly version: string;
  /** Whether jobs of it wait for events. */
  readonly events: boolean;
  /** What others may ask of it. */
  readonly fleet: FleetAccess;
}

/** Bytes of a record at most. */
const MAX_RECORD_BYTES = 8192;

export class Hosts {
  readonly #bucket: KV;

  private constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  /** The bucket is made if it is not there. */
  static async open(nats: NatsConnection, conf: ClusterConf): Promise<Hosts> {
    const { hosts } = new Subjects(conf.cluster);
    const options = { history: 1, replicas: copies(nats, conf), maxValueSize: MAX_RECORD_BYTES };
    return new Hosts(await new Kvm(nats).create(hosts, options));
  }

  /** Enters this host, if it has not done so with the same words. */
  async enter(record: HostRecord): Promise<void> {
    const text = JSON.stringify(record);
    const before = await this.#bucket.get(record.host);
    if (before?.string() !== text || before.operation !== 'PUT') await this.#bucket.put(record.host, text);
  }

  /** All hosts, in the order of their names. A record that is none is left out. */
  async list(): Promise<HostRecord[]> {
    const found: HostRecord[] = [];
    for await (const entry of await this.#bucket.history()) {
      const record = entry.operation === 'PUT' ? parseRecord(entry.key, entry.string()) : null;
      if (record) found.push(record);
    }
    return found.sort((a, b) => (a.host < b.host ? -1 : 1));
  }

  /** Removes a host that will not come back. */
  async remove(host: string): Promise<void> {
    await this.#bucket.purge(host);
  }
}

/** Whether a host has all of these labels. */
export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);

/** The labels of these words, `NAME=VALUE`. Throws UsageError. */
export function parseLabels(words: readonly string[]): Labels {
  const labels = new Map<string, string>();
  for (const word of words) {
    const [key = '', value = ''] = word.split(/=(.*)/s);
    if (!NAME.test(key) || !LABEL_VALUE.test(value))
      throw new UsageError(`expected LABEL=VALUE: ${quotedSetting(word)}`);
    if ((labels.get(key) ?? value) !== value) throw new UsageError(`no host has two values of ${key}`);
    labels.set(key, value);
  }
  // As properties of their own, whatever their names are.
  return Object.fromEntries(labels);
}

function parseRecord(host: string, text: string): HostRecord | null {
  try {
    const { labels, version, events, fleet } = JSON.parse(text) as Partial<HostRecord>;
    if (!isLabels(labels) || typeof version !== 'string') return null;
    // A host of an earlier version is there for events.
    const access = FLEET_ACCESS.find((one) => one === fleet) ?? 'off';
    return { host, labels: { ...labels, host }, version, events: events !== false, fleet: access };
  } catch {
    return null;
  }
}

/** Whether this, which another host has sent, is a set of labels. */
export function isLabels(labels: unknown): labels is Labels {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return false;
  const entries = Object.entries(labels);
  const isLabel = ([key, value]: [string, unknown]): boolean =>
    NAME.test(key) && typeof value === 'string' && LABEL_VALUE.test(value);
  return entries.length <= MAX_LABELS + 1 && entries.every(isLabel);
}
