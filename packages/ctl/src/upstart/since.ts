/** The values of `--since` and `--until`. */
import { UsageError } from '@upstart/common';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds since the epoch, of a time that `Date` reads (`2026-11-29T05:00`, `2026-11-29 05:00:00`) or of an age (`90s`, `10m`,
 * `2h`, `1d`). `nowMs`: the current time in the same unit. Throws UsageError.
 */
export function timeSince(value: string, nowMs: number, option = '--since'): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?) ?(s|m|min|h|d)$/.exec(value) ?? [];
  if (count !== undefined) return Math.max(0, Math.round(nowMs - Number(count) * (UNITS_MS[unit] as number)));
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(atMs) || atMs < 0) {
    throw new UsageError(
      `${option} takes a time (2026-11-29 05:00) or how long ago (90s, 10m, 2h, 1d), not ${value || 'nothing'}`,
    );
  }
  return atMs;
}
