/** `upstart fleet drain` and `undrain`: a host hands its leases over, and takes none until that is over. */
import { setTimeout as pause } from 'node:timers/promises';
import { counted } from '@upstart/common';
import { printable } from '../../text/colour.ts';
import { EXIT } from '../command.ts';
import { limitsOf } from '../commands/change.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { namedHost } from './named-host.ts';
import { withPlaces } from './places.ts';

export const drain: FleetAction = { ...{ words: 'HOST', least: 1, most: 1, options: [] }, run: drainHost };
export const undrain: FleetAction = { ...{ words: 'HOST', least: 1, most: 1, options: [] }, run: undrainHost };

/** How long the jobs of the host may take to stop without `--timeout`, and the pause between two looks. */
const STOP_MS = 60_000;
const LOOK_MS = 250;

async function drainHost(given: FleetCall): Promise<number> {
  const { call, fleet } = given;
  const { host } = namedHost(given);
  const { timeoutMs = STOP_MS } = limitsOf(call.options);
  const by = `cluster host ${fleet.conf.host} (uid ${process.geteuid?.() ?? 0})`;
  const before = await leasesOf(given, host);
  await (await fleet.drains()).drain({ host, by, atMs: Date.now() });
  const endMs = performance.now() + timeoutMs;
  let left = before;
  while (left.length > 0 && performance.now() < endMs) {
    await pause(LOOK_MS);
    left = await leasesOf(given, host);
  }
  const leases = [...new Set(before)];
  const { holders } = await (await fleet.drains()).look();
  const now = leases.map((lease) => ({
    lease,
    hosts: holders.filter((one) => one.lease === lease).map((one) => one.host),
  }));
  if (call.options.json === true) call.print.json({ host, drained: true, leases: now, left });
  else {
    call.print.line(`${host} is drained${leases.length === 0 ? '; it had no lease' : ''}`);
    for (const { lease, hosts } of now) call.print.line(`${printable(lease)}  ${whereText(host, hosts)}`);
  }
  if (left.length === 0) return EXIT.done;
  call.print.failure(
    `${host} still has ${left.map(printable).join(', ')} after ${counted(timeoutMs / 1000, 'second')}: is it off, or does a job not stop?`,
  );
  return EXIT.failed;
}

/** Where a lease of the drained host is now. */
function whereText(host: string, holders: readonly string[]): string {
  const others = holders.filter((one) => one !== host);
  if (others.length > 0) return `now on ${withPlaces(others)}`;
  return holders.length > 0 ? `still on ${host}` : 'no other host has it yet';
}

async function undrainHost(given: FleetCall): Promise<number> {
  const { call, fleet } = given;
  const { host } = namedHost(given);
  const drains = await fleet.drains();
  const { drained } = await drains.look();
  const was = drained.some((one) => one.host === host);
  if (was) await drains.undrain(host);
  if (call.options.json === true) call.print.json({ host, drained: false, was });
  else call.print.line(was ? `${host} is drained no more` : `${host} was not drained`);
  return EXIT.done;
}

/** The leases that the host has, one for each place. */
async function leasesOf({ fleet }: FleetCall, host: string): Promise<string[]> {
  const { holders } = await (await fleet.drains()).look();
  return holders.filter((one) => one.host === host).map(({ lease }) => lease);
}
