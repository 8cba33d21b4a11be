/** Lengths of time in units (systemd.time(7)). */

/** By the names of units: milliseconds. */
const UNITS: readonly (readonly [names: string, ms: number])[] = [
  ['us usec µs', 0.001],
  ['ms msec', 1],
  ['s sec second seconds', 1000],
  ['m min minute minutes', 60_000],
  ['h hr hour hours', 3_600_000],
  ['d day days', 86_400_000],
  ['w week weeks', 604_800_000],
  // A twelfth of a year, which has 365.25 days.
  ['M month months', 2_629_800_000],
  ['y year years', 31_557_600_000],
];
const MS = new Map(UNITS.flatMap(([names, ms]) => names.split(' ').map((name) => [name, ms] as const)));
const PART = /(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)\s*/gy;

/** Milliseconds; Infinity for `infinity`; null where it is no length of time. A number without a unit counts seconds. */
export function parseSpan(text: string): number | null {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  let [total, end] = [0, 0];
  for (const [part, count, unit] of text.matchAll(PART)) {
    const ms = unit === '' ? 1000 : MS.get(unit as string);
    if (ms === undefined) return null;
    total += Number(count) * ms;
    end += part.length;
  }
  return end === text.length && end > 0 ? total : null;
}

/** Seconds, with what is behind the point, as both languages read them: `90`, `0.5`. */
export function secondsText(ms: number): string {
  return String(Math.round(ms) / 1000);
}

/** As a timer of a job takes it: `5m`, `90s`, in the largest unit that fits. */
export function timerSpan(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const [name, size] = (
    [
      ['w', 604_800],
      ['d', 86_400],
      ['h', 3600],
      ['m', 60],
      ['s', 1],
    ] as const
  ).find(([, each]) => seconds % each === 0) as readonly [string, number];
  return `${seconds / size}${name}`;
}
