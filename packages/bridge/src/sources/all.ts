/** All sources. */
import type { Source } from '../source.ts';
import { cluster } from './cluster/cluster.ts';
import { dbus } from './dbus/dbus.ts';
import { event } from './event/event.ts';
import { file } from './file/file.ts';
import { local } from './local/local.ts';
import { socket } from './socket/socket.ts';
import { timer } from './timer/timer.ts';
import { udev } from './udev/udev.ts';

export const SOURCES: readonly Source[] = [cluster, dbus, event, file, local, socket, timer, udev];
