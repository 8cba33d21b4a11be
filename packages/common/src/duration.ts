/** Spans of time: in words, and as people write them. */
import { counted } from './text.ts';

const UNITS = [
  { name: 'day', seconds: 86_400 },
  { name: 'hour', seconds: 3600 },
  { name: 'minute', seconds: 60 },
  { name: 'second', seconds: 1 },
] as const;

/** `1 second`, `0.5 seconds`, `90 seconds`: a time that was set, exactly. */
export function secondsInWords(ms: number): string {
  return counted(ms / 1000, 'second');
}

/** `3 minutes`, in the largest unit that there is one of, rounded down; null: less than half a second. */
export function durationText(ms: number): string | null {
  const passed = Math.max(0, Math.round(ms / 1000));
  const unit = UNITS.find(({ seconds }) => passed >= seconds);
  if (unit === undefined) return null;
  const count = Math.floor(passed / unit.seconds);
  return counted(count, unit.name);
}

/** As people write them: `90`, `30s`, `5m`, `1h30m`, `7d`, `2w`. */
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
