/** The stream that keeps the events of a cluster. The first host makes it; an administrator may do so beforehand, with limits of their own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamAPI,
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
/** Another host has made it meanwhile, with an id of its own. */
const STREAM_NAME_IN_USE = 10058;

/** How long a host waits for an answer, in milliseconds, before it looks whether the stream was made. */
const MAKE_MS = 1000;
/** How many times it looks for one that has no leader yet. */
const LOOKS = 5;
/** A stream without events may have been made just now, by several hosts. */
const SETTLE_MS = 1000;
/** How the description of a stream that a host has made ends. */
const ID = /, ([0-9a-f-]{36})$/;

/** The stream, made if it is not there. Rejects with the error of the servers, such as a missing permission. */
export async function openStream(nats: NatsConnection, conf: ClusterConf): Promise<StreamInfo> {
  const { stream, events } = new Subjects(conf.cluster);
  const { streams } = await jetstreamManager(nats, { checkAPI: false });
  try {
    return await streams.info(stream);
  } catch (error) {
    if (!hasCode(error, JetStreamApiCodes.StreamNotFound)) throw error;
  }
  const maker = await jetstreamManager(nats, { checkAPI: false, timeout: MAKE_MS });
  try {
    return await maker.streams.add({
      ...{ name: stream, subjects: [events], storage: StorageType.File, num_replicas: copies(nats, conf) },
      description: `Events of the hosts of ${conf.cluster}, ${randomUUID()}`,
      ...{ retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old, max_age: nanos(conf.keepS * 1000) },
      ...{ max_msgs: MAX_STREAM_EVENTS, max_bytes: MAX_STREAM_BYTES, max_msg_size: MAX_EVENT_BYTES },
      // An event that a host sends again is known as long as it is kept: a host may have been without a network for as long.
      duplicate_window: nanos(conf.keepS * 1000),
    });
  } catch (error) {
    // Of several hosts that make it at one time one succeeds. The others are refused, or get no answer (2.9.10).
    if (!hasCode(error, STREAM_NAME_IN_USE) && (error as Error).name !== 'TimeoutError') throw error;
    return await infoOnceLed(maker.streams, stream);
  }
}

/** Of a stream that another host makes: there is no answer until it has a leader. */
async function infoOnceLed(streams: StreamAPI, stream: string): Promise<StreamInfo> {
  for (let left = LOOKS; ; left--) {
    try {
      return await streams.info(stream);
    } catch (error) {
      if (left === 1 || (error as Error).name !== 'TimeoutError') throw error;
    }
  }
}

/** As `openStream`; its name is that which it keeps. Of hosts that make it at one time each may get its own confirmed (2.9.10), and one counts. */
export async function openStreamToFollow(nats: NatsConnection, conf: ClusterConf): Promise<StreamInfo> {
  const found = await openStream(nats, conf);
  if (found.state.last_seq > 0) return found;
  await sleep(SETTLE_MS);
  return await openStream(nats, conf);
}

/**
 * Names the stream: the same for as long as it exists, and another for one in its place. The time of its creation is not enough: servers
 * (2.10.27) that got equal requests at one time have created it twice, and tell the second time after they have begun again.
 */
export function feedOf(cluster: string, { config, created }: Pick<StreamInfo, 'config' | 'created'>): string {
  return `cluster ${cluster} ${ID.exec(config.description ?? '')?.[1] ?? created}`;
}

/** Whether it is this error of the servers' JetStream. */
export const hasCode = (error: unknown, code: number): boolean =>
  error instanceof JetStreamApiError && error.code === code;
