/** Events with a known emitter although no job has them in `emits` (reference: events §8, §11; bridges). */

/** The events in the life of a job; init emits them. */
export const JOB_EVENTS: readonly string[] = ['starting', 'started', 'stopping', 'stopped'];

/** Those that init emits for other reasons. */
export const FROM_INIT: readonly string[] = [
  'startup',
  'control-alt-delete',
  'keyboard-request',
  'power-status-changed',
  'session-end',
  'child-subreaper-failed',
  'flapping',
  'unhealthy',
  'healthy',
];
const FROM_TOOLS = ['runlevel'];
const FROM_BRIDGES = ['socket', 'file', 'dbus', 'dconf', 'timer'];
/** Emitted by packages of Ubuntu and Debian. */
const FROM_PACKAGES = [
  ...['mounting', 'mounted', 'virtual-filesystems', 'local-filesystems', 'remote-filesystems', 'all-swaps'],
  ...['filesystem', 'unmounted-remote-filesystems', 'net-device-up', 'net-device-down'],
  ...['static-network-up', 'deconfiguring-networking', 'failsafe-boot', 'container', 'not-container'],
  ...['login-session-start', 'desktop-session-start', 'desktop-shutdown', 'desktop-end', 'xsession'],
  ...['rotate-logs', 'recovery'],
];

export const KNOWN_EVENTS: readonly string[] = [
  ...JOB_EVENTS,
  ...FROM_INIT,
  ...FROM_TOOLS,
  ...FROM_BRIDGES,
  ...FROM_PACKAGES,
];

const NAMES: ReadonlySet<string> = new Set(KNOWN_EVENTS);
/** Events of the udev bridge, events passed to sessions by the event bridge or on by other machines, and failures of other events. */
const PATTERN = /-device-[a-z]+$|^:sys:|^:cluster:|\/failed$/;

export function isKnownEvent(name: string): boolean {
  return NAMES.has(name) || PATTERN.test(name);
}

/** Names that people write for events with other names. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  shutdown: 'runlevel [06]',
  reboot: 'runlevel 6',
  halt: 'runlevel 0',
  boot: 'startup',
  network: 'static-network-up',
  'network-up': 'static-network-up',
  'net-up': 'static-network-up',
  cron: 'timer CRON="0 3 * * *"',
  every: 'timer EVERY=5m',
  interval: 'timer EVERY=5m',
  at: 'timer AT=03:00',
  ...Object.fromEntries(
    ['hourly', 'daily', 'weekly', 'monthly', 'yearly'].flatMap((name) => [
      [name, `timer CRON=@${name}`],
      [`@${name}`, `timer CRON=@${name}`],
    ]),
  ),
};

/** The event that was probably meant by a name without an emitter, as written in a condition. */
export function meantEvent(name: string): string | null {
  return Object.hasOwn(OTHER_NAMES, name) ? (OTHER_NAMES[name] as string) : null;
}
