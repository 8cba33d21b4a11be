/** The stream that keeps the events of a cluster. The first host makes it; an administrator may do so beforehand, with limits of their own. */
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { copies } from '../connection/copies.ts';
import { Subjects } from '../subjects/subjects.ts';

/** An event as it goes over the servers, headers included. */
export const MAX_EVENT_BYTES = 65_536;
/** Of all events that are kept. The oldest are dropped first. */
export const MAX_STREAM_EVENTS = 100_000;
export const MAX_STREAM_BYTES = 256 * 1024 * 1024;
/** Another host has made it meanwhile, with other limits. */
const STREAM_NAME_IN_USE = 10058;

/** The stream, made if it is not there. Rejects with the error of the servers, such as a missing permission. */
export async function openStream(nats: NatsConnection, conf: ClusterConf): Promise<StreamInfo> {
  const { stream, events } = new Subjects(conf.cluster);
  const { streams } = await jetstreamManager(nats, { checkAPI: false });
  try {
    return await streams.info(stream);
  } catch (error) {
    if (!hasCode(error, JetStreamApiCodes.StreamNotFound)) throw error;
  }
  try {
    return await streams.add({
      ...{ name: stream, subjects: [events], storage: StorageType.File, num_replicas: copies(nats, conf) },
      ...{ retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old, max_age: nanos(conf.keepS * 1000) },
      ...{ max_msgs: MAX_STREAM_EVENTS, max_bytes: MAX_STREAM_BYTES, max_msg_size: MAX_EVENT_BYTES },
      // An event that a host sends again is known as long as it is kept: a host may have been without a network for as long.
      duplicate_window: nanos(conf.keepS * 1000),
    });
  } catch (error) {
    if (!hasCode(error, STREAM_NAME_IN_USE)) throw error;
    return await streams.info(stream);
  }
}

/** Whether it is this error of the servers' JetStream. */
export const hasCode = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code;
