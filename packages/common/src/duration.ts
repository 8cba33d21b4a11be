/** Spans of time in words. */
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
