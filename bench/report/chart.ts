/** A chart as SVG: a panel a metric. What has several sizes is drawn as lines over N, the rest as bars; both logarithmic. */
import type { Figure, MetricResult, ScenarioResult } from '../harness/measure.ts';
import { formatNumber } from './report.ts';

const PANEL = { width: 520, height: 260, left: 60, right: 170, top: 40, bottom: 40 };
const BARS_LEFT = 190;
const COLUMNS = 2;
const GAP = 20;
const COLOURS = { this: '#0b62d6', limit: '#111111' } as const;
const PEER_COLOURS = ['#c2410c', '#15803d', '#7e22ce', '#b45309', '#0e7490', '#be185d', '#4d7c0f', '#6b7280'];
const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600}.note{fill:#555;font-size:11px}.grid{stroke:#ddd}';

interface Line {
  subject: string;
  colour: string;
  dashed: boolean;
  figures: Figure[];
}

function linesOf(figures: readonly Figure[]): Line[] {
  const subjects = [...new Set(figures.map(({ subject }) => subject))];
  let peers = 0;
  return subjects.map((subject) => {
    const own = figures.filter((figure) => figure.subject === subject);
    const kind = own[0]?.kind ?? 'peer';
    const colour = kind === 'peer' ? (PEER_COLOURS[peers++ % PEER_COLOURS.length] as string) : COLOURS[kind];
    return { subject, colour, dashed: kind === 'limit', figures: own };
  });
}

const quoted = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);

function text(x: number, y: number, content: string, extra = ''): string {
  return `<text x="${round(x)}" y="${round(y)}"${extra && ` ${extra}`}>${quoted(content)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Powers of ten that enclose the values; those that are 0 are drawn at the lower end. */
function scale(values: readonly number[], from: number, to: number) {
  const positive = values.filter((value) => value > 0);
  const first = Math.floor(Math.log10(Math.min(...positive, Number.MAX_VALUE)));
  const low = positive.length > 0 ? first : 0;
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive, 10 ** low))));
  const at = (value: number): number =>
    from + ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

function growthPanel(lines: readonly Line[], sizeOf: string): string[] {
  const all = lines.flatMap(({ figures }) => figures);
  const right = PANEL.width - PANEL.right;
  const bottom = PANEL.height - PANEL.bottom;
  const x = scale(
    all.map(({ size }) => Math.max(1, size)),
    PANEL.left,
    right,
  );
  const y = scale(
    all.map(({ median }) => median),
    bottom,
    PANEL.top,
  );
  const out = y.ticks.flatMap((tick) => [
    `<line class="grid" x1="${PANEL.left}" x2="${right}" y1="${round(y.at(tick))}" y2="${round(y.at(tick))}"/>`,
    text(PANEL.left - 6, y.at(tick) + 4, formatNumber(tick), 'text-anchor="end"'),
  ]);
  for (const tick of x.ticks) out.push(text(x.at(tick), bottom + 16, formatNumber(tick), 'text-anchor="middle"'));
  out.push(text((PANEL.left + right) / 2, bottom + 32, sizeOf, 'class="note" text-anchor="middle"'));
  const labels = spreadApart(lines.map(({ figures }) => y.at((figures.at(-1) as Figure).median)));
  for (const [i, { subject, colour, dashed, figures }] of lines.entries()) {
    const points = figures.map(({ size, median }) => `${round(x.at(Math.max(1, size)))},${round(y.at(median))}`);
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    out.push(`<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${points.join(' ')}"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(',');
      out.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
    }
    out.push(text(right + 10, (labels[i] as number) + 4, subject, `style="fill:${colour}"`));
  }
  return out;
}

/** Positions at least a line of text apart, in the same order from top to bottom. */
function spreadApart(positions: readonly number[]): number[] {
  const order = positions.map((_, i) => i).sort((a, b) => (positions[a] as number) - (positions[b] as number));
  const placed = [...positions];
  let free = 0;
  for (const i of order) {
    placed[i] = Math.max(placed[i] as number, free);
    free = (placed[i] as number) + 14;
  }
  return placed;
}

function barPanel(lines: readonly Line[], unit: string): string[] {
  const right = PANEL.width - 90;
  const step = Math.min(30, (PANEL.height - PANEL.top - 10) / lines.length);
  const values = lines.map(({ figures }) => (figures[0] as Figure).median);
  const x = scale(values, BARS_LEFT, right);
  return lines.flatMap(({ subject, colour }, i) => {
    const y = PANEL.top + i * step;
    const end = Math.max(x.at(values[i] as number), BARS_LEFT + 1);
    return [
      text(BARS_LEFT - 8, y + step / 2 + 2, subject, 'text-anchor="end"'),
      `<rect x="${BARS_LEFT}" y="${round(y)}" width="${round(end - BARS_LEFT)}" height="${round(step - 6)}" fill="${colour}"/>`,
      text(end + 6, y + step / 2 + 2, `${formatNumber(values[i] as number)} ${unit}`.trim()),
    ];
  });
}

function panel({ title, sizeOf }: ScenarioResult, { metric, figures }: MetricResult, index: number): string {
  const lines = linesOf(figures);
  const grows = lines.some(({ figures: own }) => own.length > 1);
  const name = metric.name === 'time' ? '' : `: ${metric.name}`;
  const note = `${metric.unit}${metric.better === 'more' ? ', more is better' : ''}`.replace(/^, /, '');
  const column = index % COLUMNS;
  const row = Math.floor(index / COLUMNS);
  const body = [
    text(10, 16, title + name, 'class="title"'),
    text(10, 31, note, 'class="note"'),
    ...(grows ? growthPanel(lines, sizeOf ?? '') : barPanel(lines, metric.unit)),
  ];
  const x = GAP + column * (PANEL.width + GAP);
  const y = GAP + row * (PANEL.height + GAP);
  return `<g transform="translate(${x} ${y})">\n${body.join('\n')}\n</g>`;
}

export function chart(results: readonly ScenarioResult[]): string {
  const drawn = results.flatMap((result) =>
    result.metrics.filter(({ figures }) => figures.length > 0).map((metric) => ({ result, metric })),
  );
  const width = GAP + COLUMNS * (PANEL.width + GAP);
  const height = GAP + Math.ceil(drawn.length / COLUMNS) * (PANEL.height + GAP);
  const panels = drawn.map(({ result, metric }, i) => panel(result, metric, i));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}
