/** The report as rows of text: aligned for a terminal, or as Markdown. */
import type { Figure, MetricResult, ScenarioResult } from '../harness/measure.ts';
import { formatNumber, type Report } from './report.ts';

interface Row {
  subject: string;
  size: string;
  figure: string;
  spread: string;
  timesLimit: string;
  goal: string;
}

const HEADINGS: Row = {
  subject: 'who',
  size: 'N',
  figure: 'median',
  spread: 'middle half',
  timesLimit: '× limit',
  goal: 'goal',
};
const COLUMNS = Object.keys(HEADINGS) as (keyof Row)[];
const KINDS: Record<Figure['kind'], string> = { limit: ' (limit)', this: '', peer: '' };

function rowsOf(result: ScenarioResult, { metric, figures, verdicts }: MetricResult): Row[] {
  const sizes = [...new Set(figures.map(({ size }) => size))];
  return sizes.flatMap((size) =>
    figures
      .filter((figure) => figure.size === size)
      .map((figure) => {
        const goals = figure.kind === 'this' ? verdicts.filter((verdict) => verdict.size === size) : [];
        return {
          subject: figure.subject + KINDS[figure.kind],
          size: result.sizeOf ? String(size) : '',
          figure: `${formatNumber(figure.median)} ${metric.unit}`.trim(),
          spread: figure.samples > 1 ? `${formatNumber(figure.low)} – ${formatNumber(figure.high)}` : '',
          timesLimit: figure.timesLimit === null ? '' : figure.timesLimit.toFixed(2),
          goal: goals.map(({ goal, reached, share }) => `${goal}: ${reached ? 'reached' : missed(share)}`).join('; '),
        };
      }),
  );
}

const missed = (share: number): string =>
  Number.isFinite(share) ? `missed by ${formatNumber((share - 1) * 100)} %` : 'missed';

function titleOf({ name, title }: ScenarioResult, { metric }: MetricResult): string {
  return `${name}: ${title}${metric.name === 'time' ? '' : ` (${metric.name})`}`;
}

/** The metrics that there are figures of. */
const measured = ({ metrics }: ScenarioResult): MetricResult[] => metrics.filter(({ figures }) => figures.length > 0);

function absences({ absent }: ScenarioResult): string[] {
  return absent.map(({ subject, size, reason }) => `${subject}${size === null ? '' : `, ${size}`}: ${reason}`);
}

/** One scenario for a terminal. */
export function scenarioText(result: ScenarioResult): string {
  const parts = measured(result).map((metric) => {
    const rows = [HEADINGS, ...rowsOf(result, metric)];
    const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)));
    const right: readonly (keyof Row)[] = ['size', 'figure', 'timesLimit'];
    const line = (row: Row): string =>
      COLUMNS.map((column, i) =>
        right.includes(column) ? row[column].padStart(widths[i] as number) : row[column].padEnd(widths[i] as number),
      )
        .join('  ')
        .trimEnd();
    return [titleOf(result, metric), ...rows.map((row) => `  ${line(row)}`)].join('\n');
  });
  // Peers that are not installed are named once, at the end.
  const failures = absences({ ...result, absent: result.absent.filter(({ size }) => size !== null) });
  return [...parts, ...failures.map((text) => `  failed: ${text}`)].join('\n');
}

/** Who could not take part at all. */
export function missingText(results: readonly ScenarioResult[]): string {
  const reasons = new Map(
    results.flatMap(({ absent }) => absent.filter(({ size }) => size === null).map((one) => [one.subject, one.reason])),
  );
  if (reasons.size === 0) return 'Everybody who was asked has taken part.';
  return ['Not measured:', ...[...reasons].map(([subject, reason]) => `  ${subject}: ${reason}`)].join('\n');
}

export function markdown({ at, effort, machine, scenarios }: Report): string {
  const parts = scenarios.flatMap((result) =>
    measured(result).map((metric) => {
      const lines = [HEADINGS, ...rowsOf(result, metric)].map((row) => `| ${COLUMNS.map((c) => row[c]).join(' | ')} |`);
      lines.splice(1, 0, `|${COLUMNS.map((c) => (c === 'subject' || c === 'goal' ? ' --- |' : ' ---: |')).join('')}`);
      return `## ${titleOf(result, metric)}\n\n${lines.join('\n')}`;
    }),
  );
  const { processors, model, memoryMb, kernel, node, loadBefore } = machine;
  return [
    '# Measurements',
    `${at}, ${effort} run; ${processors} processors (${model}), ${memoryMb} MB, Linux ${kernel}, Node ${node}; load before: ${loadBefore}.`,
    '![How cost grows](chart.svg)',
    ...parts,
    `\`\`\`\n${missingText(scenarios)}\n\`\`\``,
    '',
  ].join('\n\n');
}
