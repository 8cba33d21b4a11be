/** The frames of notifications. They are the same for all watching clients, so each is encoded once. */
import { encodeAnswer, type Notification } from '@upstart/protocol';
import { publicVariables } from '../engine/explain/question.ts';

const frames = new WeakMap<Notification, Buffer>();
const forEverybody = new WeakMap<Notification, Notification>();

export function notificationFrame(notification: Notification): Buffer {
  return once(frames, notification, () => encodeAnswer({ notification }));
}

/** The notification for clients that may not read job environments: without the variables of events that may be secrets. */
export function publicNotification(notification: Notification): Notification {
  if (notification.event !== 'event-emitted') return notification;
  return once(forEverybody, notification, () => ({ ...notification, env: publicVariables(notification.env) }));
}

function once<T extends object>(made: WeakMap<Notification, T>, notification: Notification, make: () => T): T {
  const known = made.get(notification) ?? make();
  made.set(notification, known);
  return known;
}
