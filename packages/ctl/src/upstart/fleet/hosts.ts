/** `upstart fleet hosts`: the hosts of the cluster, and whether they answer. */
import { printable } from '../../text/colour.ts';
import { columnsOf, padColumns } from '../../text/columns.ts';
import { EXIT } from '../command.ts';
import type { FleetAction, FleetCall } from './action.ts';
import { askHosts, sayMissing } from './ask.ts';

/** The fields are those of `fleet hosts --json`. */
interface HostLine {
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
  /** What others may ask of it. */
  readonly fleet: string;
  /** Whether jobs of it wait for events of the cluster. */
  readonly events: boolean;
  /** Null: it lets nobody ask. */
  readonly answers: boolean | null;
  /** Who has drained it of leases, and when (milliseconds since the epoch); null: nobody. */
  readonly drained: { readonly by: string; readonly at: number } | null;
  /** The leases that it has, one for each place. */
  readonly leases: readonly string[];
}

export const hosts: FleetAction = {
  ...{ words: '', least: 0, most: 0, options: ['brief'] },
  async run(given) {
    const { call, fleet } = given;
    const isChosen = (call.options.on ?? []).length > 0;
    const shown = isChosen ? given.hosts : fleet.hosts;
    if (call.options.brief === true) {
      for (const { host, labels } of shown) call.print.line([host, ...ownLabels(labels)].join(' '));
      return EXIT.done;
    }
    const asked = await askHosts({ fleet, hosts: shown.filter((host) => host.fleet !== 'off') }, (client) =>
      client.call('version', {}),
    );
    const answering = new Set(asked.replies.map(({ host }) => host));
    const { drained, holders } = await fleet.leases((text) => call.print.failure(text));
    const lines = shown.map((record): HostLine => {
      const drain = drained.find(({ host }) => host === record.host);
      return {
        ...record,
        answers: record.fleet === 'off' ? null : answering.has(record.host),
        drained: drain ? { by: drain.by, at: drain.atMs } : null,
        leases: holders.filter(({ host }) => host === record.host).map(({ lease }) => lease),
      };
    });
    if (call.options.json === true) call.print.json({ hosts: lines, missing: asked.missing });
    else if (lines.length === 0) call.print.line(`The cluster ${fleet.conf.cluster} knows no host.`);
    else call.print.line(table(lines, call).join('\n'));
    return sayMissing(asked, call);
  },
};

const COLUMNS: readonly (readonly [head: string, cell: (line: HostLine) => string])[] = [
  ['HOST', ({ host }) => host],
  ['STATE', ({ answers }) => (answers === null ? '-' : answers ? 'answers' : 'no answer')],
  ['FLEET', ({ fleet }) => fleet],
  ['LEASES', ({ leases }) => printable(leases.join(' ')) || '-'],
  ['DRAINED', ({ drained }) => (drained === null ? '-' : printable(`by ${drained.by}`))],
  ['EVENTS', ({ events }) => (events ? 'yes' : 'no')],
  ['VERSION', ({ version }) => printable(version)],
  ['LABELS', ({ labels }) => ownLabels(labels).join(' ') || '-'],
];

/** Without the one that each host has. */
const ownLabels = (labels: HostLine['labels']): string[] =>
  Object.entries(labels).flatMap(([key, value]) => (key === 'host' ? [] : [`${key}=${value}`]));

function table(lines: readonly HostLine[], { print }: FleetCall['call']): string[] {
  const rows = lines.map((line) => COLUMNS.map(([, cell]) => cell(line)));
  const heads = COLUMNS.map(([head]) => head);
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => columnsOf(row[at] ?? ''))));
  const text = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => padColumns(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const { colour } = print;
  return [
    colour.strong(text(heads)),
    ...rows.map((row, at) => (lines[at]?.answers === false ? colour.bad(text(row)) : text(row))),
  ];
}
