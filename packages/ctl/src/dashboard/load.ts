/**
 * The dashboard (`packages/dashboard`), which is made of parts of this package: a file of its own, which its command alone loads, with its
 * server.
 */
import type { AddressEnv, Scope, UpstartClient } from '@upstart/protocol';
import { installedModule } from '@upstart/protocol/installed-module';

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

export function loadDashboard(): Dashboard {
  const dashboard = installedModule<Dashboard>('dashboard.cjs');
  if (dashboard === null) throw new Error('The installation has changed meanwhile; try again');
  return dashboard;
}
