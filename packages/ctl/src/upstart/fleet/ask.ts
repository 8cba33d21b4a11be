/** Asks several hosts at one time. What one of them does not answer does not keep the answers of the others. */
import { UsageError } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { Printer } from '../../printer.ts';
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import type { Call } from '../command.ts';
import { type FleetCall, PARTIAL } from './action.ts';

interface HostReply<T> {
  readonly host: string;
  readonly value: T;
}

/** A host without an answer, and why. */
export interface MissingHost {
  readonly host: string;
  readonly reason: string;
}

export interface Replies<T> {
  readonly replies: readonly HostReply<T>[];
  readonly missing: readonly MissingHost[];
}

/** In the order of the hosts. */
export async function askHosts<T>(
  { fleet, hosts }: Pick<FleetCall, 'fleet' | 'hosts'>,
  ask: (client: UpstartClient, host: string) => Promise<T>,
): Promise<Replies<T>> {
  const outcomes = await Promise.all(
    hosts.map(async ({ host }): Promise<HostReply<T> | MissingHost> => {
      try {
        return { host, value: await ask(fleet.client(host), host) };
      } catch (error) {
        // A mistake of the command line is the same on all hosts.
        if (error instanceof UsageError) throw error;
        return { host, reason: (error as Error).message };
      }
    }),
  );
  return {
    replies: outcomes.flatMap((one) => ('value' in one ? one : [])),
    missing: outcomes.flatMap((one) => ('reason' in one ? one : [])),
  };
}

/** Names the hosts without an answer, and returns the exit status that follows. */
export function sayMissing({ missing }: Pick<Replies<unknown>, 'missing'>, { print }: Pick<Call, 'print'>): number {
  for (const { host, reason } of missing) print.failure(`no answer of ${host}: ${printable(reason)}`);
  return missing.length > 0 ? PARTIAL : 0;
}

/** The same call for one host: what it prints stands behind the name of the host, which is padded to `width` columns. */
export function callOn<O>(call: Call<O>, client: UpstartClient, host: string, width: number): Call<O> {
  const before = `${call.print.colour.strong(padColumns(host, width))}  `;
  const out = (text: string): void => call.context.out(text.replace(/^(?=[^\n])/gm, before));
  const context = { ...call.context, terminal: call.context.terminal, out };
  const print = new Printer(`${call.print.program}: ${host}`, context);
  return { ...call, context, print, connect: () => Promise.resolve(client) };
}

/** Columns of the longest name. */
export const widthOfHosts = ({ hosts }: Pick<FleetCall, 'hosts'>): number =>
  Math.max(0, ...hosts.map(({ host }) => columnsOf(host)));
