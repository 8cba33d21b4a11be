/** Printing notifications as they come. */
import type { Notification, UpstartClient } from '@upstart/protocol';
import type { CommandContext } from './context.ts';
import type { Printer } from './printer.ts';
import { printable } from './text/colour.ts';
import { notificationText } from './text/notification.ts';

interface Reader {
  readonly context: CommandContext;
  readonly print: Printer;
  connect(): Promise<UpstartClient>;
}

interface Wanted {
  /** An object a line, instead of words. */
  readonly json: boolean;
  /** Absent: everything. */
  isWanted?(notification: Notification): boolean;
}

/** Prints each with the time at which it came, over restarts of the daemon, until the context's signal; resolves with the exit status. */
export async function followNotifications(
  { connect, context, print }: Reader,
  { json, isWanted }: Wanted,
): Promise<number> {
  const client = await connect();
  const show = (notification: Notification): void => {
    if (isWanted && !isWanted(notification)) return;
    const time = (context.now?.() ?? new Date()).toISOString();
    if (json) print.line(JSON.stringify({ time, ...notification }));
    else print.lines([`${print.colour.dim(time)} ${printable(notificationText(notification))}`], time.length + 1);
  };
  return new Promise((resolve, reject) => {
    context.signal?.addEventListener('abort', () => client.close());
    const ended = (reason: Error | null): void => (reason === null ? resolve(0) : reject(reason));
    client.watch(show, ended).catch(reject);
  });
}
