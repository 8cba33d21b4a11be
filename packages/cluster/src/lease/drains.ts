/**
 * Hosts that are drained: they hand their leases over and take no others, until somebody ends that. It is noted in the bucket of leases, so
 * that a host stays drained over restarts, and can be drained while it is off.
 */

import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { compareTexts } from '@upstart/common';
import { type ClusterConf, NAME } from '../conf/cluster-conf.ts';
import type { ClusterConnection } from '../connection/connection.ts';
import { openLeaseBucket } from './bucket.ts';
import { followBucket } from './follow-bucket.ts';
import { decodeRecord, leaseNameOf } from './record.ts';

export interface Drain {
  readonly host: string;
  /** Who has drained it, as that host says. */
  readonly by: string;
  /** Milliseconds since the epoch, by the clock of that host. */
  readonly atMs: number;
}

/** A host that has one place of a lease. */
export interface LeaseHolder {
  readonly lease: string;
  readonly host: string;
}

const DRAIN_PREFIX = 'drain.';
const MAX_BY = 200;

export class Drains {
  readonly #bucket: KV;

  private constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  static async open(nats: NatsConnection, conf: ClusterConf): Promise<Drains> {
    return new Drains(await openLeaseBucket(nats, conf));
  }

  async drain({ host, by, atMs }: Drain): Promise<void> {
    await this.#bucket.put(DRAIN_PREFIX + host, JSON.stringify({ by: by.slice(0, MAX_BY), atMs }));
  }

  async undrain(host: string): Promise<void> {
    await this.#bucket.delete(DRAIN_PREFIX + host);
  }

  /** The hosts that are drained, and those that have leases, by name. */
  async look(): Promise<{ readonly drained: readonly Drain[]; readonly holders: readonly LeaseHolder[] }> {
    const drained: Drain[] = [];
    const holders: LeaseHolder[] = [];
    for await (const entry of await this.#bucket.history()) {
      if (entry.operation !== 'PUT') continue;
      const drain = decodeDrain(entry.key, entry.string());
      if (drain) drained.push(drain);
      const lease = leaseNameOf(entry.key);
      const host = lease === null ? null : decodeRecord(entry.string())?.holder;
      if (lease !== null && host) holders.push({ lease, host });
    }
    return {
      drained: drained.sort((a, b) => compareTexts(a.host, b.host)),
      holders: holders.sort((a, b) => compareTexts(a.lease, b.lease) || compareTexts(a.host, b.host)),
    };
  }
}

function decodeDrain(key: string, text: string): Drain | null {
  const host = key.slice(DRAIN_PREFIX.length);
  if (!key.startsWith(DRAIN_PREFIX) || !NAME.test(host)) return null;
  let value: { by?: unknown; atMs?: unknown } | null = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Whatever stands there, the host is drained.
  }
  const { by, atMs } = value ?? {};
  const isTime = typeof atMs === 'number' && atMs >= 0 && atMs <= 8.64e15;
  return {
    host,
    by: typeof by === 'string' ? by.slice(0, MAX_BY).replaceAll(/\p{Cc}/gu, '?') : 'somebody',
    atMs: isTime ? atMs : 0,
  };
}

/** Reports whether the host of this connection is drained: once that is known, and at each change. The value ends it. */
export function watchDrain(connection: ClusterConnection, changed: (drain: Drain | null) => void): () => void {
  const { conf } = connection;
  const key = DRAIN_PREFIX + conf.host;
  return followBucket(
    async (report) => {
      const bucket = await openLeaseBucket(await connection.nats(), conf);
      // Without a key a watch says nothing.
      report(await bucket.get(key));
      return bucket.watch({ key });
    },
    (entry) => changed(entry?.operation === 'PUT' ? decodeDrain(key, entry.string()) : null),
  );
}
