/** Stands for `log-keeper.ts` in what is built: it is loaded for the first rotation. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { KeeperModule } from './load.ts';

const module = installedModule<KeeperModule>('log-keeper.cjs');
if (module === null) throw new Error('log-keeper.cjs belongs to another version; `telinit u` re-executes init');

export const { keepUp } = module;
