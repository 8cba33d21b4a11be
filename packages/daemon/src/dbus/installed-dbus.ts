/** Takes the place of `@upstart/dbus` in the build: the first D-Bus client loads the gateway. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { Gateway } from './load.ts';

const gateway = installedModule<Gateway>('dbus.cjs');
if (gateway === null) throw new Error('dbus.cjs belongs to another version; `telinit u` re-executes init');

export const { joinBus, servePeer } = gateway;
