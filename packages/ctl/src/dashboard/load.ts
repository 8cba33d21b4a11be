/**
 * The dashboard and the screen (`packages/dashboard`), which are made of parts of this package: files of their own, which their commands
 * alone load.
 */
import type { AddressEnv, Scope, UpstartClient } from '@upstart/protocol';
import { installedModule } from '@upstart/protocol/installed-module';
import type { Palette } from '../text/colour.ts';

export interface DashboardOrder {
  /** As `--listen` has it; null: the socket in the folder of init. */
  readonly listen: string | null;
  readonly isReadOnly: boolean;
  /** Whether a browser is opened. */
  readonly opens: boolean;
  readonly scope: Scope;
  readonly env: AddressEnv & Readonly<Record<string, string | undefined>>;
  /** A client of its own with each call; its requests outlive restarts of the daemon. */
  connect(): Promise<UpstartClient>;
  say(text: string): void;
  warn(text: string): void;
}

export interface Dashboard {
  /** Serves until a signal, or until init has ended. Resolves with the exit status. */
  serveDashboard(order: DashboardOrder): Promise<number>;
}

export interface ScreenOrder {
  /** What it shows, in words. */
  readonly title: string;
  readonly colour: Palette;
  readonly scope: Scope;
  readonly env: DashboardOrder['env'];
  /** As that of a dashboard. */
  connect(): Promise<UpstartClient>;
  warn(text: string): void;
  /** The error where there are no keys to read. */
  readonly noKeys: string;
}

export interface Screen {
  /** Shows the screen until it is left. Resolves with the exit status; a signal ends the process. */
  runScreen(order: ScreenOrder): Promise<number>;
}

export const loadDashboard = (): Dashboard => loaded<Dashboard>('dashboard.cjs');
export const loadScreen = (): Screen => loaded<Screen>('screen.cjs');

function loaded<Module>(file: string): Module {
  const found = installedModule<Module>(file);
  if (found === null) throw new Error('The installation has changed meanwhile; try again');
  return found;
}
