/** Sends an event to the cluster. */
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { isAllowed } from '../subjects/event-names.ts';
import { Subjects } from '../subjects/subjects.ts';
import { EventError, encodeEvent, type OutgoingEvent } from './event.ts';

/** How long the servers may take to confirm one attempt, and how many attempts there are. */
const CONFIRM_MS = 3000;
const ATTEMPTS = 3;

/** Whether this host may send the event, and can. Throws EventError. */
export function checkOutgoing(conf: ClusterConf, event: OutgoingEvent): string {
  const body = encodeEvent(event);
  if (!isAllowed(conf.emit, event.name))
    throw new EventError(`${conf.path} does not let this host send ${event.name}: see its lines \`emit\``);
  return body;
}

/**
 * Resolves with the event's number in the stream, once the servers keep it. With the same `id` it is kept once, however often it is sent.
 * Rejects with an EventError, or with the error of the servers.
 */
export async function publishEvent(
  nats: NatsConnection,
  conf: ClusterConf,
  event: OutgoingEvent,
  id: string,
): Promise<number> {
  const body = checkOutgoing(conf, event);
  const subject = new Subjects(conf.cluster).event(conf.host, event.name);
  for (let attempt = 1; ; attempt++) {
    try {
      const { seq } = await jetstream(nats).publish(subject, body, { msgID: id, timeout: CONFIRM_MS });
      return seq;
    } catch (error) {
      // It may have been kept, and the confirmation lost.
      if ((error as Error).name !== 'TimeoutError') throw error;
      if (attempt >= ATTEMPTS) throw new Error(`the servers do not confirm ${event.name}; they may have it or not`);
    }
  }
}
