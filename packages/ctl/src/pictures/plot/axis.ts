/** The time axis: the position of each time, and the ticks. */

export interface Axis {
  readonly width: number;
  /** The position of a time, in points from the left end. */
  at(ms: number): number;
  /** Times of ticks, from the beginning, with their labels. */
  readonly ticks: readonly { readonly ms: number; readonly label: string }[];
}

/** About so many points lie between two ticks. */
const TICK_DISTANCE = 90;
/** Between ticks, in milliseconds. */
const STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60_000),
];
const DAY_MS = 86_400_000;

export function axisOf(fromMs: number, toMs: number, width: number): Axis {
  const lengthMs = Math.max(1, toMs - fromMs);
  const wanted = (lengthMs * TICK_DISTANCE) / width;
  const stepMs = STEPS_MS.find((step) => step >= wanted) ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
  const ticks = [];
  for (let ms = 0; ms <= lengthMs; ms += stepMs) ticks.push({ ms: fromMs + ms, label: tickLabel(ms, stepMs) });
  return { width, ticks, at: (ms) => ((ms - fromMs) / lengthMs) * width };
}

function tickLabel(ms: number, stepMs: number): string {
  if (stepMs >= 60_000) {
    const minutes = Math.round(ms / 60_000);
    const hours = Math.floor(minutes / 60);
    return hours > 0 ? `${hours}h${minutes % 60 === 0 ? '' : ` ${minutes % 60}min`}` : `${minutes}min`;
  }
  const digits = stepMs >= 1000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : 3;
  return `${(ms / 1000).toFixed(digits)}s`;
}
