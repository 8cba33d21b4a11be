/** Stands for `@upstart/dbus` in what is built: the gateway is loaded by the first client of that kind. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { Gateway } from './load.ts';

const gateway = installedModule<Gateway>('dbus.cjs');
if (gateway === null) throw new Error('dbus.cjs belongs to another version; `telinit u` re-executes init');

export const { joinBus, servePeer } = gateway;
