/** The sources of events outside of init, which upstart-bridge runs, and their events (reference: bridges). */

export const SOURCE_NAMES = ['cluster', 'dbus', 'event', 'file', 'local', 'socket', 'timer', 'udev'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** Events whose name is that of their source. */
const OWN_NAME: ReadonlySet<string> = new Set<SourceName>(['dbus', 'file', 'socket', 'timer']);
const DEVICE = /-device-[a-z]+$/;
const OF_SYSTEM = ':sys:';
/** Before the names of events from other machines. */
export const OF_CLUSTER = ':cluster:';

/** The source of events of this name; null: they come from elsewhere. */
export function sourceOf(event: string): SourceName | null {
  if (OWN_NAME.has(event)) return event as SourceName;
  if (event.startsWith(OF_SYSTEM)) return 'event';
  if (event.startsWith(OF_CLUSTER)) return 'cluster';
  return DEVICE.test(event) ? 'udev' : null;
}

const OLD_PREFIX = 'upstart-';
const OLD_JOB = /^upstart-([a-z]+)(?:-[a-z]+)?-bridge$/;

/** The source that the job of this name runs, as those of Ubuntu do: `upstart-file-bridge`, `upstart-dbus-session-bridge`. */
export function sourceOfJob(job: string): SourceName | null {
  if (!job.startsWith(OLD_PREFIX)) return null;
  const [, name] = OLD_JOB.exec(job) ?? [];
  return SOURCE_NAMES.find((source) => source === name) ?? null;
}
