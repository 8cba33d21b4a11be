/** All sources. */
import type { Source } from '../source.ts';
import { file } from './file/file.ts';
import { socket } from './socket/socket.ts';
import { timer } from './timer/timer.ts';
import { udev } from './udev/udev.ts';

export const SOURCES: readonly Source[] = [file, socket, timer, udev];
