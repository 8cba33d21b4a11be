/** The durable consumer of a host: the servers remember by it how far the host is. */
import { AckPolicy, type ConsumerInfo, DeliverPolicy, JetStreamApiCodes, jetstreamManager } from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Subjects } from '../subjects/subjects.ts';
import { hasCode } from './stream.ts';

/** An event that was not acknowledged comes again after this, when its bridge has ended meanwhile. */
export const ACKNOWLEDGE_MS = 5000;

const GONE = [JetStreamApiCodes.ConsumerNotFound, JetStreamApiCodes.StreamNotFound];

/**
 * The consumer of `host`, made if it is not there: then it delivers what comes after the event number `after`, and with null what comes from now
 * on. Rejects with the error of the servers.
 */
export async function openConsumer(
  nats: NatsConnection,
  { stream, consumer }: Subjects,
  host: string,
  after: number | null,
): Promise<ConsumerInfo> {
  const { consumers } = await jetstreamManager(nats, { checkAPI: false });
  const name = consumer(host);
  try {
    return await consumers.info(stream, name);
  } catch (error) {
    if (!hasCode(error, JetStreamApiCodes.ConsumerNotFound)) throw error;
  }
  const start =
    after === null
      ? { deliver_policy: DeliverPolicy.New }
      : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 };
  return await consumers.add(stream, {
    ...{ durable_name: name, description: `Upstart on ${host}`, ...start },
    ...{ ack_policy: AckPolicy.Explicit, ack_wait: nanos(ACKNOWLEDGE_MS), max_ack_pending: 1, max_deliver: -1 },
  });
}

/** Removes it; that it, or its stream, is not there is no error. */
export async function removeConsumer(
  nats: NatsConnection,
  { stream, consumer }: Subjects,
  host: string,
): Promise<void> {
  const { consumers } = await jetstreamManager(nats, { checkAPI: false });
  await consumers.delete(stream, consumer(host)).catch((error) => {
    if (!GONE.some((code) => hasCode(error, code))) throw error;
  });
}
