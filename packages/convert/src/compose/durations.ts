/** Times of compose files: `1m30s`, `500ms`, `10`. */

const UNITS_S: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000_001 };
const FORM = /^(?:[0-9]+(?:\.[0-9]+)?(?:h|ms|us|m|s))+$/;

/** Seconds, to the millisecond; null for anything else. */
export function secondsOf(text: string | null): number | null {
  if (text === null) return null;
  if (/^[0-9]+(?:\.[0-9]+)?$/.test(text)) return Number(text);
  if (!FORM.test(text)) return null;
  const parts = text.matchAll(/([0-9.]+)(h|ms|us|m|s)/g);
  const seconds = [...parts].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS_S[unit] ?? 0), 0);
  return Math.round(seconds * 1000) / 1000;
}

/** `seconds` as a stanza takes it, within its limits. */
export function within(seconds: number, least: number, most: number): string {
  return String(Math.min(most, Math.max(least, seconds)));
}
