/** When shutdown is to happen: `now`, minutes, or a time of day (reference: system §4.4). */
import { UsageError } from '@upstart/common';

const MINUTES_A_DAY = 24 * 60;

/** Minutes from `now` until the time that `text` means. Throws UsageError. */
export function minutesUntil(text: string, now: Date): number {
  if (text === 'now') return 0;
  if (text.includes(':')) return untilTimeOfDay(text, now);
  const amount = /^\+?(\d+)$/.exec(text)?.[1];
  const wanted = Number(amount);
  if (amount === undefined || !Number.isSafeInteger(wanted)) throw new UsageError('illegal time value');
  return wanted;
}

function untilTimeOfDay(text: string, now: Date): number {
  const colon = text.indexOf(':');
  const hours = upTo(23, text.slice(0, colon), 'illegal hour value');
  const minutes = upTo(59, text.slice(colon + 1), 'illegal minute value');
  const wanted = hours * 60 + minutes;
  const current = now.getHours() * 60 + now.getMinutes();
  return (wanted - current + MINUTES_A_DAY) % MINUTES_A_DAY;
}

function upTo(most: number, digits: string, error: string): number {
  if (!/^\d+$/.test(digits) || Number(digits) > most) throw new UsageError(error);
  return Number(digits);
}

/** Whether those who are logged in are warned again with so many minutes left: the nearer, the more often. */
export function isWarningDue(minutesLeft: number): boolean {
  const every = [
    [10, 1],
    [60, 15],
    [180, 30],
  ] as const;
  const everyMinutes = every.find(([below]) => minutesLeft < below)?.[1] ?? 60;
  return minutesLeft % everyMinutes === 0;
}
