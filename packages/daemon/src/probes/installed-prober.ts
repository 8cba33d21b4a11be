/** Stands for `prober.ts` in what is built: it is loaded for the first probe. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { ProberModule } from './load.ts';

const module = installedModule<ProberModule>('probes.cjs');
if (module === null) throw new Error('probes.cjs belongs to another version; `telinit u` re-executes init');

export const { Prober } = module;
