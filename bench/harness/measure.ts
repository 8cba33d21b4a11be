/**
 * Runs a scenario: everybody who can take part does the work in turn, round after round, so that a machine that is busy
 * with other things for a while is so for all of them.
 */
import type { Effort, Goal, Metric, Scenario, Subject, Trial } from './scenario.ts';
import { pairedRatio, type Summary, summarize } from './statistics.ts';

/** Milliseconds after which a subject, having done it a few times, is not asked again: the slow ones need no crowd. */
const BUDGET: Record<Effort, number> = { quick: 4_000, usual: 15_000, long: 120_000 };
const FEW = 3;

export interface Figure extends Summary {
  subject: string;
  kind: Subject['kind'];
  size: number;
  /** How many times the limit; null for the limit itself, and where there is none. */
  timesLimit: number | null;
}

export interface Verdict {
  /** What was hoped for, in words. */
  goal: string;
  reached: boolean;
  /** The figure over the goal: up to 1 is fine. */
  share: number;
}

export interface MetricResult {
  metric: Omit<Metric, 'goals'>;
  figures: Figure[];
  verdicts: (Verdict & { size: number })[];
}

export interface ScenarioResult {
  name: string;
  title: string;
  sizeOf: string | null;
  metrics: MetricResult[];
  /** Subjects that failed or were not there, and why. */
  absent: { subject: string; size: number | null; reason: string }[];
}

/** The values of one subject: a row for each time, a column for each metric. */
interface Sample {
  subject: Subject;
  size: number;
  rows: (number | null)[][];
}

export async function measure(
  scenario: Scenario,
  effort: Effort,
  say: (text: string) => void,
): Promise<ScenarioResult> {
  const absent: ScenarioResult['absent'] = [];
  const present = scenario.subjects.filter((subject) => {
    const reason = subject.missing?.() ?? null;
    if (reason !== null) absent.push({ subject: subject.name, size: null, reason });
    return reason === null;
  });
  const samples: Sample[] = [];
  for (const size of scenario.sizes[effort]) {
    say(scenario.sizeOf ? `${scenario.name}: ${size} ${scenario.sizeOf}` : scenario.name);
    const fitting = present.filter(({ most }) => most === undefined || size <= most);
    samples.push(...(await alternate(scenario, effort, fitting, size, absent)));
  }
  const metrics = scenario.metrics.map((metric, column) => resultOf(metric, samples, column));
  return { name: scenario.name, title: scenario.title, sizeOf: scenario.sizeOf ?? null, metrics, absent };
}

async function alternate(
  { warmUp = 0, repeats: counts }: Scenario,
  effort: Effort,
  subjects: readonly Subject[],
  size: number,
  absent: ScenarioResult['absent'],
): Promise<Sample[]> {
  const repeats = counts[effort];
  const budget = BUDGET[effort];
  const open: { sample: Sample; trial: Trial }[] = [];
  const drop = (subject: Subject, error: unknown): void => {
    absent.push({ subject: subject.name, size, reason: (error as Error).message });
  };
  try {
    for (const subject of subjects) {
      try {
        open.push({ sample: { subject, size, rows: [] }, trial: await subject.open(size) });
      } catch (error) {
        drop(subject, error);
      }
    }
    const over = new Set<Subject>();
    const spent = new Map<Subject, number>();
    for (let round = -warmUp; round < repeats; round++) {
      if (round === 0) spent.clear();
      for (const { sample, trial } of open) {
        const { subject, rows } = sample;
        if (over.has(subject)) continue;
        if (round < 0 && (spent.get(subject) ?? 0) > budget / 4) continue;
        const began = performance.now();
        try {
          const values = await trial.once();
          if (round >= 0) rows.push(values);
        } catch (error) {
          over.add(subject);
          drop(subject, error);
        }
        const total = (spent.get(subject) ?? 0) + performance.now() - began;
        spent.set(subject, total);
        if (rows.length >= FEW && total > budget) over.add(subject);
      }
    }
  } finally {
    // One that does not end as it should is no reason to lose what was measured of the others.
    for (const { sample, trial } of open) await trial.close().catch((error) => drop(sample.subject, error as Error));
  }
  return open.map(({ sample }) => sample).filter(({ rows }) => rows.length > 0);
}

function resultOf(metric: Metric, samples: readonly Sample[], column: number): MetricResult {
  const valuesOf = (sample: Sample): number[] =>
    sample.rows.map((row) => row[column] ?? null).filter((value): value is number => value !== null);
  const figures = samples.flatMap((sample): Figure[] => {
    const values = valuesOf(sample);
    if (values.length === 0) return [];
    const { subject, size } = sample;
    const limit = samples.find((other) => other.size === size && other.subject.kind === 'limit');
    const limits = limit && subject.kind !== 'limit' ? valuesOf(limit) : [];
    const timesLimit = limits.length > 0 ? pairedRatio(values, limits) : null;
    return [{ subject: subject.name, kind: subject.kind, size, timesLimit, ...summarize(values) }];
  });
  const { goals = [], ...rest } = metric;
  const own = figures.filter(({ kind }) => kind === 'this');
  const verdicts = goals.flatMap((goal) => judge(goal, metric, own));
  return { metric: rest, figures, verdicts };
}

function judge(goal: Goal, metric: Metric, own: readonly Figure[]): MetricResult['verdicts'] {
  return own
    .filter(({ size }) => goal.size === undefined || size === goal.size)
    .flatMap(({ size, median, timesLimit }) => {
      if ('atMost' in goal) {
        const share = goal.atMost === 0 ? (median === 0 ? 1 : Number.POSITIVE_INFINITY) : median / goal.atMost;
        return [{ size, goal: `≤ ${goal.atMost} ${metric.unit}`, reached: median <= goal.atMost, share }];
      }
      if (timesLimit === null) return [];
      const share = timesLimit / goal.timesLimit;
      return [{ size, goal: `≤ ${goal.timesLimit} × limit`, reached: share <= 1, share }];
    });
}
