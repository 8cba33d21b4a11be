/** Lengths of time as timers take them: `90`, `30s`, `5m`, `1h30m`, `7d`, `2w`. */

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const PART = /(\d{1,9})([smhdw])/gy;

/** The units, as an error message names them. */
export const DURATION_FORM = 'a time such as 30s, 5m, 1h30m, 2d or 1w';

/** The milliseconds that the word stands for; null if it is no length of time. A number alone counts seconds. */
export function parseDuration(word: string): number | null {
  if (/^\d{1,9}$/.test(word)) return Number(word) * 1000;
  let totalMs = 0;
  let end = 0;
  for (const [part, count, unit] of word.matchAll(PART)) {
    totalMs += Number(count) * (UNITS_MS[unit as string] as number);
    end += part.length;
  }
  return end > 0 && end === word.length ? totalMs : null;
}
