/** All inits that take part where they are installed, this one first. */
import type { Init } from './init.ts';
import { PM2 } from './pm2.ts';
import { RUNIT } from './runit.ts';
import { S6 } from './s6.ts';
import { SUPERVISE_DAEMON } from './supervise-daemon.ts';
import { SUPERVISORD } from './supervisord.ts';
import { ORIGINAL, THIS } from './upstart.ts';

export const INITS: readonly Init[] = [THIS, ORIGINAL, SUPERVISORD, RUNIT, S6, SUPERVISE_DAEMON, PM2];
