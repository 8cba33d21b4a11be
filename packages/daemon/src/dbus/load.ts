/** The gateway for D-Bus (`packages/dbus`), a bundle of its own: a daemon without D-Bus clients never loads it. */

export type Gateway = typeof import('@upstart/dbus');
/** Init's name on a bus. */
export type BusConnection = Awaited<ReturnType<Gateway['joinBus']>>;

let gateway: Promise<Gateway> | null = null;

export function loadGateway(): Promise<Gateway> {
  gateway ??= import('@upstart/dbus');
  return gateway;
}
