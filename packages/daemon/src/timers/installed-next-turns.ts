/** Stands for `next-turns.ts` in what is built: it is loaded for the first question about timers. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { NextTurns } from './load.ts';

const module = installedModule<NextTurns>('timers.cjs');
if (module === null) throw new Error('timers.cjs belongs to another version; `telinit u` re-executes init');

export const { firstTurn, spreadMs } = module;
