/** The daemon as the gateway sees it. */
import type { LogPriority, UpstartClient } from '@upstart/protocol';

export interface GatewayHost {
  /** A client of the daemon for one caller. `privileged`: it may change things, and read the variables of all events. */
  client(privileged: boolean): UpstartClient;
  log(priority: LogPriority, text: string): void;
}
