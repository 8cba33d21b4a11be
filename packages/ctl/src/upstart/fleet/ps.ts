/** `upstart fleet ps`: the jobs of all hosts in one table, the worst health first. */
import { HEALTHS } from '@upstart/protocol';
import { printable } from '../../text/colour.ts';
import { EXIT } from '../command.ts';
import { namedRows } from '../ps/named-rows.ts';
import { isBad, jobRows, type Row, withTurns } from '../ps/rows.ts';
import { type Column, columnsFor, table } from '../ps/table.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, sayMissing } from './ask.ts';
import { withPlaces } from './places.ts';
import { sayUnknown } from './unknown.ts';

/** A row of a host; its fields are those of `fleet ps --json`. */
interface HostRow extends Row {
  readonly host: string;
}

export const ps: FleetAction = {
  ...{ words: 'JOB..', least: 0, most: Number.POSITIVE_INFINITY, options: ['failed'] },
  async run(given) {
    const { call } = given;
    const { failed, json } = call.options;
    const asked = await askHosts(given, async (client) =>
      namedRows(client, call.words, await withTurns(client, await jobRows(client))),
    );
    const { replies, missing } = asked;
    const all = replies.flatMap(({ host, value }) => value.rows.map((row): HostRow => ({ host, ...row })));
    const rows = failed === true ? all.filter(isBad) : all;
    // The order of hosts, and of the jobs of each, stays as it is.
    rows.sort((a, b) => HEALTHS.indexOf(a.health) - HEALTHS.indexOf(b.health));
    const { drained, holders } = await given.fleet.leases((text) => call.print.failure(text));
    if (json === true)
      call.print.json({ jobs: rows, leases: holders, drained: drained.map(({ host }) => host), missing });
    else if (rows.length > 0) call.print.line(lines(rows, call).join('\n'));
    else if (replies.length > 0) call.print.line(failed === true ? 'Nothing has failed.' : 'There are no jobs.');
    if (json !== true) call.print.raw(leaseText(holders, drained, call));
    const words = replies.map(({ value }) => value.unknown);
    const status = failed === true && rows.length > 0 ? EXIT.failed : EXIT.done;
    return Math.max(status, sayUnknown(words, call), sayMissing(asked, call));
  },
};

const HOST: Column = { head: 'HOST', align: 'left', cell: (row) => ('host' in row ? String(row.host) : '') };

function lines(rows: readonly HostRow[], { context, print }: FleetCall['call']): string[] {
  const nowMs = (context.now?.() ?? new Date()).getTime();
  const style = { colour: print.colour, width: print.width, nowMs, processorShares: null };
  return table(rows, style, [HOST, ...columnsFor(style)]);
}

type Leases = Awaited<ReturnType<FleetCall['fleet']['leases']>>;

/** Below the table: who has which lease, and which hosts take none. */
function leaseText(holders: Leases['holders'], drained: Leases['drained'], { print }: FleetCall['call']): string {
  const byLease = new Map<string, string[]>();
  for (const { lease, host } of holders) byLease.set(lease, [...(byLease.get(lease) ?? []), host]);
  const lines = [
    ...[...byLease].map(([lease, hosts]) => print.colour.dim(`lease ${printable(lease)}: ${withPlaces(hosts)}`)),
    ...drained.map(({ host, by }) => print.colour.busy(`drained: ${host}, by ${printable(by)}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
