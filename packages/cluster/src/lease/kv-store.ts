/** The records of leases in a bucket of JetStream. */
import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { KV, KvEntry } from '@nats-io/kv';
import type { ClusterConnection } from '../connection/connection.ts';
import { Subjects } from '../subjects/subjects.ts';
import { openLeaseBucket } from './bucket.ts';
import { followBucket } from './follow-bucket.ts';
import type { LeaseStore, Written } from './ports.ts';
import { decodeRecord, encodeRecord, type LeaseEntry, type LeaseRecord } from './record.ts';

/** A message with this header says that the record was deleted. */
const OPERATION = 'KV-Operation';

const CONFLICTS: ReadonlySet<number> = new Set([
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
]);

export class KvLeaseStore implements LeaseStore {
  readonly #connection: ClusterConnection;
  readonly #callMs: number;
  readonly #failed: (reason: string | null) => void;
  #bucket: Promise<KV> | null = null;

  /** A call is given up after `callMs`. `failed` gets why a call has failed while there was contact, and null after one that has not. */
  constructor(connection: ClusterConnection, callMs: number, failed: (reason: string | null) => void) {
    this.#connection = connection;
    this.#callMs = callMs;
    this.#failed = failed;
  }

  /** From the leader of the bucket: other servers may answer with what was there long before. */
  get(key: string, done: (entry: LeaseEntry | null) => void): void {
    const read = async (): Promise<LeaseEntry> => {
      const { leases } = new Subjects(this.#connection.conf.cluster);
      const { streams } = await jetstreamManager(await this.#connection.nats(), { checkAPI: false });
      const message = await streams.getMessage(`KV_${leases}`, { last_by_subj: `$KV.${leases}.${key}` });
      if (message === null) return { record: null, revision: 0 };
      const isRecord = !message.header.has(OPERATION);
      return { record: isRecord ? decodeRecord(message.string()) : null, revision: message.seq };
    };
    void this.#call(read, null).then(done);
  }

  put(key: string, record: LeaseRecord, revision: number, done: (written: Written) => void): void {
    const write = async (): Promise<Written> => {
      const nats = await this.#connection.nats();
      const { leases } = new Subjects(this.#connection.conf.cluster);
      // Servers of a cluster (2.9) compare revisions before they agree on a write: of two writes to one revision at one time both may be
      // kept and confirmed. They keep one message of an id in any case, so the revision that is replaced is in the id.
      const options = { msgID: `${key} ${revision}`, expect: { lastSubjectSequence: revision }, timeout: this.#callMs };
      try {
        const { seq, duplicate } = await jetstream(nats).publish(`$KV.${leases}.${key}`, encodeRecord(record), options);
        return duplicate ? 'conflict' : seq;
      } catch (error) {
        if (error instanceof JetStreamApiError && CONFLICTS.has(error.code)) return 'conflict';
        throw error;
      }
    };
    void this.#call(write, 'unknown').then(done);
  }

  /** What a watch does not report, calls of `get` do. */
  watch(prefix: string, changed: (key: string, entry: LeaseEntry) => void): () => void {
    return followBucket(
      async () => (await this.#open()).watch({ key: `${prefix}*` }),
      (entry) => entry && changed(entry.key, entryOf(entry)),
    );
  }

  /** Nothing is sent without a connection: it would be sent later, when nobody waits for it. */
  async #call<T>(ask: (bucket: KV) => Promise<T>, given: T): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the servers do not answer')), this.#callMs);
    });
    try {
      if (!this.#connection.isConnected) throw new Error(this.#connection.reason ?? 'no connection yet');
      const value = await Promise.race([this.#open().then(ask), late]);
      this.#failed(null);
      return value;
    } catch (error) {
      // Whatever ends with the connection is no trouble of its own: that of the connection is reported.
      if (this.#connection.isConnected) this.#failed((error as Error).message);
      return given;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The bucket, made if it is not there. */
  #open(): Promise<KV> {
    this.#bucket ??= this.#make().catch((error) => {
      this.#bucket = null;
      throw error;
    });
    return this.#bucket;
  }

  async #make(): Promise<KV> {
    return await openLeaseBucket(await this.#connection.nats(), this.#connection.conf);
  }
}

function entryOf(entry: KvEntry): LeaseEntry {
  return { record: entry.operation === 'PUT' ? decodeRecord(entry.string()) : null, revision: entry.revision };
}
