/** `upstart ps`: every job, those that are not well first. */
import { brokenFileText } from '@upstart/common';
import type { Explanation } from '@upstart/protocol';
import { type Palette, printable } from '../../text/colour.ts';
import { stateColour } from '../../text/status.ts';
import { EXIT, type FrontCommand, JSON_OPTION } from '../command.ts';
import { explainAll, isInstanceWell } from '../health.ts';

/** How a job is doing; `broken` has a file that cannot be used, and no definition. The worst comes first. */
const HEALTH = ['broken', 'failed', 'pending', 'well'] as const;

interface Row {
  readonly job: string;
  readonly instance: string;
  readonly health: (typeof HEALTH)[number];
  /** `start/running`; null where nothing defines the job. */
  readonly state: string | null;
  /** Of the main process, or else of the first one that lives; null without any. */
  readonly pid: number | null;
  /** Why it is not well; null where it is. */
  readonly why: string | null;
}

export const ps: FrontCommand = {
  name: 'ps',
  words: '',
  summary: 'Show every job: its state, its process, and why it is not well. Failed jobs and broken files come first.',
  options: { failed: { type: 'boolean', describe: 'only failed jobs and broken files' }, ...JSON_OPTION },
  examples: [
    ['ps', 'shows all jobs'],
    ['ps --failed', 'shows what has gone wrong'],
    ['ps --json | jq -r \'.[] | select(.health != "well") | .job\'', 'names what is not well'],
  ],
  async run({ connect, options, print }) {
    const client = await connect();
    const [explanations, statuses] = await Promise.all([explainAll(client), client.call('list', {})]);
    const pids = new Map(
      statuses.flatMap(({ job, instances }) =>
        instances.map(({ name, processes }) => [`${job}\0${name}`, processes[0]?.pid ?? null] as const),
      ),
    );
    const rows = explanations
      .flatMap(rowsOf)
      .map((row) => ({ ...row, pid: pids.get(`${row.job}\0${row.instance}`) ?? null }))
      .filter(({ health }) => options.failed !== true || health === 'broken' || health === 'failed')
      // Stable: by name within.
      .sort((a, b) => HEALTH.indexOf(a.health) - HEALTH.indexOf(b.health));
    if (options.json === true) print.json(rows);
    else if (rows.length > 0) print.line(table(rows, print.colour).join('\n'));
    else print.line(options.failed === true ? 'Nothing has failed.' : 'There are no jobs.');
    return EXIT.done;
  },
};

function rowsOf({ job, defined, why, instances, last, broken }: Explanation): Row[] {
  const files = broken.length > 0 ? broken.map(brokenFileText).join('; ') : null;
  const row = { job, instance: '', state: 'stop/waiting', pid: null };
  if (!defined) return [{ ...row, health: 'broken', state: null, why: files }];
  if (instances.length === 0) {
    const failed = last !== null && last.failure !== null;
    const health = files !== null ? 'broken' : failed ? 'failed' : 'well';
    return [{ ...row, health, why: files ?? (failed ? why : null) }];
  }
  return instances.map((instance) => {
    const { name, goal, state } = instance;
    const own = isInstanceWell(instance) ? 'well' : instance.failure === null ? 'pending' : 'failed';
    const health = files !== null ? 'broken' : own;
    return {
      ...row,
      instance: name,
      state: `${goal}/${state}`,
      health,
      why: files ?? (own === 'well' ? null : instance.why),
    };
  });
}

function table(rows: readonly Row[], colour: Palette): string[] {
  const cells = rows.map(({ job, instance, state, pid, why }) => [
    printable(instance === '' ? job : `${job} (${instance})`),
    state ?? 'broken file',
    pid === null ? '-' : String(pid),
    printable(why ?? ''),
  ]);
  const heads = ['JOB', 'STATE', 'PID', 'WHY'];
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => (row[at] as string).length)));
  const line = (row: readonly string[], paint: (text: string, at: number) => string): string =>
    row
      .map(
        (cell, at) =>
          paint(cell, at) + (at === row.length - 1 ? '' : ' '.repeat((widths[at] as number) - cell.length + 2)),
      )
      .join('')
      .trimEnd();
  return [
    line(heads, (text) => colour.strong(text)),
    ...cells.map((row, at) => line(row, (text, column) => paintCell(text, column, rows[at] as Row, colour))),
  ];
}

function paintCell(text: string, column: number, { health, state }: Row, colour: Palette): string {
  const bad = health === 'broken' || health === 'failed';
  if (column === 1) return bad ? colour.bad(text) : stateColour(state ?? '', colour)(text);
  return column === 3 && bad ? colour.bad(text) : text;
}
