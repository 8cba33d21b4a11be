/** Takes the place of `@upstart/dbus` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';

const dbus = installedModule<typeof import('@upstart/dbus')>('dbus.cjs');
if (dbus === null) throw new Error('The installation has changed meanwhile; try again');

export const { listenToBus } = dbus;
