/** The client of D-Bus buses (`packages/dbus`), a file of its own: only a command that goes over a bus loads it. */

export type DBus = typeof import('@upstart/dbus');

export const loadDBus = (): Promise<DBus> => import('@upstart/dbus');
