/** Follows several hosts at one time. One that is lost is tried again, and what comes of the others comes meanwhile. */
import { setTimeout as pause } from 'node:timers/promises';
import { printable } from '../../text/colour.ts';
import { EXIT } from '../command.ts';
import { type FleetCall, PARTIAL } from './action.ts';

export interface HostStream<T> {
  /** `logs` or `watch`. */
  readonly method: string;
  /** Whether it has no end of its own: then a host that is lost is asked again. */
  readonly isEndless: boolean;
  /** The parameters for a host; `isAgain`: after it was lost. */
  paramsOf(host: string, isAgain: boolean): unknown;
  take(host: string, item: T): void;
  /** So many items of the host are missing here. */
  dropped(host: string, count: number): void;
}

/** The pause before a host is tried again, in milliseconds. */
const AGAIN_MS = 3000;

/** Resolves with the exit status when all streams have ended, or the command is interrupted. */
export async function followHosts<T>({ call, fleet, hosts }: FleetCall, stream: HostStream<T>): Promise<number> {
  const over = new AbortController();
  const ignore = call.context.onInterrupt?.(() => over.abort());
  call.context.signal?.addEventListener('abort', () => over.abort());
  let status: number = EXIT.done;
  const follow = async (host: string): Promise<void> => {
    let said = '';
    for (let isAgain = false; !over.signal.aborted; isAgain = true) {
      const question = { host, access: 'read', method: stream.method, params: stream.paramsOf(host, isAgain) } as const;
      const following = fleet.asker.follow(question, {
        item: (item) => stream.take(host, item as T),
        dropped: (count) => stream.dropped(host, count),
      });
      const stop = (): void => following.stop();
      over.signal.addEventListener('abort', stop);
      try {
        await following.ended;
        return;
      } catch (error) {
        const text = `no answer of ${host}: ${printable((error as Error).message)}`;
        if (text !== said) call.print.failure(stream.isEndless ? `${text}; trying again` : text);
        said = text;
        status = PARTIAL;
        if (!stream.isEndless) return;
      } finally {
        over.signal.removeEventListener('abort', stop);
      }
      await pause(AGAIN_MS, undefined, { signal: over.signal }).catch(() => {});
    }
  };
  try {
    await Promise.all(hosts.map(({ host }) => follow(host)));
  } finally {
    ignore?.();
  }
  return status;
}
