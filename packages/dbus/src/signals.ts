/** Notifications of the daemon as signals (reference: dbus §8). */
import type { Notification } from '@upstart/protocol';
import { instanceInterface } from './objects/instance.ts';
import { jobInterface } from './objects/job.ts';
import { MANAGER_INTERFACE } from './objects/manager.ts';
import { instancePath, jobPath, MANAGER } from './objects/paths.ts';
import { encodeMessage } from './wire/codec.ts';
import { MESSAGE_TYPES, type Value } from './wire/message.ts';

interface Signal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly Value[];
}

const ofManager = (member: string, signature: string, body: readonly Value[]): Signal => ({
  ...{ path: MANAGER, interface: MANAGER_INTERFACE, member, signature, body },
});
const ofJob = (member: string, { job, instance }: { job: string; instance: string }): Signal => ({
  ...{ path: jobPath(job), interface: jobInterface.name, member },
  ...{ signature: 'o', body: [instancePath(job, instance)] },
});
const ofInstance = (
  member: string,
  { job, instance }: { job: string; instance: string },
  signature: string,
  value: Value,
): Signal => ({
  ...{ path: instancePath(job, instance), interface: instanceInterface.name, member, signature, body: [value] },
});

/** The signal for a notification; null: D-Bus has none. */
export function signalFor(notification: Notification): Signal | null {
  switch (notification.event) {
    case 'job-added':
      return ofManager('JobAdded', 'o', [jobPath(notification.job)]);
    case 'job-removed':
      return ofManager('JobRemoved', 'o', [jobPath(notification.job)]);
    case 'instance-added':
      return ofJob('InstanceAdded', notification);
    case 'instance-removed':
      return ofJob('InstanceRemoved', notification);
    case 'goal':
      return ofInstance('GoalChanged', notification, 's', notification.goal);
    case 'state':
      return ofInstance('StateChanged', notification, 's', notification.state);
    case 'failed':
      return ofInstance('Failed', notification, 'i', notification.status);
    case 'event-emitted':
      return ofManager('EventEmitted', 'sas', [notification.name, notification.env]);
    case 'restarted':
      return ofManager('Restarted', '', []);
    default:
      return null;
  }
}

const SERIAL_AT = 8;
/** All connections get the same signals: each is encoded once. */
const encoded = new WeakMap<Notification, Buffer | null>();

/** The signal as a message with this serial number; null: there is none for the notification. */
export function signalMessage(notification: Notification, serial: number): Buffer | null {
  let bytes = encoded.get(notification);
  if (bytes === undefined) {
    const signal = signalFor(notification);
    bytes = signal && encodeMessage({ type: MESSAGE_TYPES.signal, flags: 1, serial, ...signal });
    encoded.set(notification, bytes);
  }
  if (!bytes) return null;
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(serial, SERIAL_AT);
  return copy;
}
