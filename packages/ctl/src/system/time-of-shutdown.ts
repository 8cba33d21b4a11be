/** When shutdown is to happen: `now`, minutes, or a time of day (reference: system §4.4). */
import { UsageError } from '../options.ts';

const MINUTES_A_DAY = 24 * 60;

/** Minutes from `now` until the time that `text` means. Throws UsageError. */
export function minutesUntil(text: string, now: Date): number {
  if (text === 'now') return 0;
  const [, hours, minutes] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (hours !== undefined) return untilTimeOfDay(Number(hours), Number(minutes), now);
  const amount = /^\+?(\d+)$/.exec(text)?.[1];
  const wanted = Number(amount);
  if (amount === undefined || !Number.isSafeInteger(wanted)) throw new UsageError('illegal time value');
  return wanted;
}

function untilTimeOfDay(hours: number, minutes: number, now: Date): number {
  if (hours > 23) throw new UsageError('illegal hour value');
  if (minutes > 59) throw new UsageError('illegal minute value');
  const wanted = hours * 60 + minutes;
  const current = now.getHours() * 60 + now.getMinutes();
  return (wanted - current + MINUTES_A_DAY) % MINUTES_A_DAY;
}

/** Whether those who are logged in are told again with so many minutes left: the nearer, the more often. */
export function isWarningDue(minutesLeft: number): boolean {
  const every = [
    [10, 1],
    [60, 15],
    [180, 30],
  ] as const;
  const interval = every.find(([below]) => minutesLeft < below)?.[1] ?? 60;
  return minutesLeft % interval === 0;
}
