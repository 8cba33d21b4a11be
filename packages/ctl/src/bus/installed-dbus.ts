/** Takes the place of `@upstart/dbus` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { DBus } from './load.ts';

const dbus = installedModule<DBus>('dbus.cjs');
if (dbus === null) throw new Error('The installation has changed meanwhile; try again');

export const { clientOnBus } = dbus;
