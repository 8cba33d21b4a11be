/** What the npm package `@upstart/client` exports: the client, its errors, and the types of what it sends and gets. */

export { type Client, ConnectionError, type ConnectOptions, connect } from './client.ts';
export { TimeoutError, UpstartError } from './errors.ts';
export type * from './event-sources.ts';
export type * from './explanation.ts';
export type * from './history.ts';
export type * from './leases.ts';
export { AddressError, type Scope } from './locate.ts';
export type * from './log-targets.ts';
export type * from './messages.ts';
export type * from './numbers.ts';
export { findSessions, type Session } from './sessions.ts';
export type * from './status.ts';
export type * from './upstart-client.ts';
