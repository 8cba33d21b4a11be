/** Takes the place of `@upstart/dashboard` in the build. */
import { installedModule } from '@upstart/protocol/installed-module';
import type { Dashboard } from './load.ts';

const dashboard = installedModule<Dashboard>('dashboard.cjs');
if (dashboard === null) throw new Error('The installation has changed meanwhile; try again');

export const { serveDashboard } = dashboard;
