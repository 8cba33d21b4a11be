/** Notifications in words, one line each. */
import type { Notification } from '@upstart/protocol';
import { signalText } from './signal.ts';

interface Named {
  readonly job: string;
  readonly instance: string;
}
/** The notification with this `event`, also where two share a type. */
type Of<E extends string, N = Notification> = N extends { event: infer F } ? (E extends F ? N : never) : never;

/** One row for each kind of notification: its text. */
const TEXTS: { readonly [E in Notification['event']]: (n: Of<E>) => string } = {
  'job-added': ({ job }) => `job ${job} added`,
  'job-removed': ({ job }) => `job ${job} removed`,
  'instance-added': (n) => `${display(n)} added`,
  'instance-removed': (n) => `${display(n)} removed`,
  goal: (n) => `${display(n)} goal ${n.goal}`,
  state: (n) => `${display(n)} state ${n.state}`,
  process: (n) => `${display(n)} ${n.slot} process ${n.pid}`,
  'process-ended': (n) => `${display(n)} ${n.slot} process ${n.pid} ${n.text}`,
  signal: (n) => `${display(n)} ${n.slot} process ${n.pid} is sent ${signalText(n.signal)}`,
  failed: (n) => `${display(n)} failed with status ${n.status}`,
  'event-emitted': ({ name, env, failed }) => ['event', name, ...env, ...(failed ? ['(failed)'] : [])].join(' '),
  'lease-wanted': (n) => `${display(n)} waits for a lease`,
  'lease-returned': (n) => `${display(n)} gives its lease back`,
  outgoing: () => 'an event waits to be sent to the cluster',
  restarted: () => 'init daemon restarted',
};

export function notificationText(notification: Notification): string {
  const text = TEXTS[notification.event] as ((n: Notification) => string) | undefined;
  return text === undefined ? notification.event : text(notification);
}

function display({ job, instance }: Named): string {
  return instance === '' ? job : `${job} (${instance})`;
}
