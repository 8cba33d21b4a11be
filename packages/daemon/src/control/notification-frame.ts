/** The frames of notifications. They are the same for all who watch, so each is made once. */
import { encodeAnswer, type Notification } from '@upstart/protocol';

const frames = new WeakMap<Notification, Buffer>();

export function notificationFrame(notification: Notification): Buffer {
  const known = frames.get(notification);
  if (known) return known;
  const frame = encodeAnswer({ notification });
  frames.set(notification, frame);
  return frame;
}
