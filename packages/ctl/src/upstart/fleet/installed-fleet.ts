/** Takes the place of `run-fleet.ts` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';

const fleet = installedModule<typeof import('./run-fleet.ts')>('fleet.cjs');
if (fleet === null) throw new Error('The installation has changed meanwhile; try again');

export const { runFleet } = fleet;
