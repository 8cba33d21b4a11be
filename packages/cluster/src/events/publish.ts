/** Sends an event to the cluster. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClusterConf } from '../conf/cluster-conf.ts';
import { isAllowed } from '../subjects/event-names.ts';
import { Subjects } from '../subjects/subjects.ts';
import { EventError, encodeEvent, type OutgoingEvent } from './event.ts';
import { hasCode } from './stream.ts';

/** How long the servers may take to confirm one attempt, and all. */
const CONFIRM_MS = 3000;
const ALL_MS = 9000;
/** The pause after an answer that confirms nothing yet. */
const PAUSE_MS = 250;
/** They have the message from an earlier attempt, and have not agreed on it yet. */
const IN_PROCESS = 10158;

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
  const endMs = performance.now() + ALL_MS;
  for (let leftMs = ALL_MS; leftMs > 0; leftMs = endMs - performance.now()) {
    const options = { msgID: id, timeout: Math.min(CONFIRM_MS, leftMs) };
    try {
      const { seq } = await jetstream(nats).publish(subject, body, options);
      // Without a number it is only under way, from an earlier attempt (2.10): a leader that is cut off may answer so.
      if (seq > 0) return seq;
    } catch (error) {
      // It may have been kept, and the confirmation lost.
      if ((error as Error).name === 'TimeoutError') continue;
      if (!hasCode(error, IN_PROCESS)) throw error;
    }
    await sleep(PAUSE_MS);
  }
  throw new Error(`the servers do not confirm ${event.name}; they may have it or not`);
}
