/**
 * The text format of Prometheus, which `promtool check metrics` and node_exporter's textfile collector read; and OpenMetrics, which has grown
 * from it: a family of counters has no `_total` in its name there, and the text has a last line.
 */

export type Labels = Readonly<Record<string, string>>;

/** In columns: families of the same instances share their labels, and an answer of init is a column as it came. */
export interface Samples {
  readonly labels: readonly Labels[];
  /** null: what has these labels has no such number. */
  readonly values: readonly (number | null)[];
}

export interface Family {
  /** With its unit; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: Samples;
}

/** Families without a sample are left out. A text for each of the others: together they may be a megabyte. */
export function metricsText(families: readonly Family[]): Iterable<string> {
  return textsOf(families, (name) => name);
}

/** The same as OpenMetrics. */
export function* openMetricsText(families: readonly Family[]): Iterable<string> {
  yield* textsOf(families, (name) => name.replace(/_total$/, ''));
  yield '# EOF\n';
}

export function hasSamples({ samples: { values } }: Family): boolean {
  return values.some((value) => value !== null);
}

function* textsOf(families: readonly Family[], familyName: (name: string) => string): Iterable<string> {
  const known = new Map<Samples['labels'], string[]>();
  for (const family of families.filter(hasSamples)) {
    const { name, type, help, samples } = family;
    const labels = known.get(samples.labels) ?? samples.labels.map(labelsText);
    known.set(samples.labels, labels);
    const named = familyName(name);
    const lines = [`# HELP ${named} ${escaped(help)}\n# TYPE ${named} ${type}\n`];
    samples.values.forEach((value, at) => {
      if (value !== null) lines.push(`${name}${labels[at]} ${valueText(value)}\n`);
    });
    yield lines.join('');
  }
}

function labelsText(labels: Labels): string {
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
