/**
 * The text format of Prometheus, which `promtool check metrics` and node_exporter's textfile collector read; and OpenMetrics, which has grown
 * from it: a family of counters has no `_total` in its name there, and the text has a last line.
 */

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  /** With its unit; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Families without a sample are left out. */
export function metricsText(families: readonly Family[]): string {
  return textOf(families, (name) => name);
}

/** The same as OpenMetrics. */
export function openMetricsText(families: readonly Family[]): string {
  return `${textOf(families, (name) => name.replace(/_total$/, ''))}# EOF\n`;
}

function textOf(families: readonly Family[], familyName: (name: string) => string): string {
  // An instance has the same labels in each of its samples.
  const texts = new Map<Sample['labels'], string>();
  const labelsOf = (labels: Sample['labels']): string => {
    const text = texts.get(labels) ?? labelsText(labels);
    texts.set(labels, text);
    return text;
  };
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels, value }) => `${name}${labelsOf(labels)} ${valueText(value)}\n`);
      const family = familyName(name);
      return `# HELP ${family} ${escaped(help)}\n# TYPE ${family} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  // Bytes that are no UTF-8 stand as lone surrogates, which the format has no place for.
  return Buffer.from(text).toString().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'NaN';
}

/** Printable ASCII characters, without a backslash. */
const PLAIN = /^[ -[\]-~]*$/;
