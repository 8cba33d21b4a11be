/** Lengths of time as the event `timer` takes them: `90`, `30s`, `5m`, `1h30m`, `7d`, `2w`. */

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds; null where it is no length of time. */
export function parseTimerSpan(word: string): number | null {
  if (/^\d{1,9}$/.test(word)) return Number(word) * 1000;
  if (!/^(?:\d{1,9}[smhdw])+$/.test(word)) return null;
  return [...word.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0),
    0,
  );
}
