/** The summary of repeated measurements: the middle, and how far the middle half of them spreads. */
export interface Summary {
  median: number;
  /** The first and the third quartile. */
  low: number;
  high: number;
  samples: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    samples: sorted.length,
  };
}

/**
 * How many times `others` each of `values` is: the median over pairs that were measured one after the other, so that what
 * slows the whole machine for a while slows both.
 */
export function pairedRatio(values: readonly number[], others: readonly number[]): number {
  const pairs = Math.min(values.length, others.length);
  return summarize(values.slice(0, pairs).map((value, i) => value / (others[i] as number))).median;
}

function quantile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below + (above - below) * (at - Math.floor(at));
}
