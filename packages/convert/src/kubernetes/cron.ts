/** Operands of timers as schedules of five fields. */
import { parseTimerSpan } from '../timer-span.ts';

const HOUR_S = 3600;
const DAY_S = 86_400;

export interface CronSchedule {
  readonly cron: string;
  /** Whether the turns come as far apart, if not at the same times. */
  readonly isExact: boolean;
}

/** Null: no schedule says it. */
export function clockToCron(named: ReadonlyMap<string, string>): CronSchedule | null {
  const [, hour, minute, second = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(named.get('AT') ?? '') ?? [];
  if (hour !== undefined)
    return Number(second) === 0 ? { cron: `${Number(minute)} ${Number(hour)} * * *`, isExact: true } : null;
  const cron = named.get('CRON');
  if (cron !== undefined) {
    const words = cron.trim().split(/\s+/);
    if (words.length === 5 || cron.startsWith('@')) return { cron, isExact: true };
    return words.length === 6 && words[0] === '0' ? { cron: words.slice(1).join(' '), isExact: true } : null;
  }
  const seconds = (parseTimerSpan(named.get('EVERY') ?? '') ?? 0) / 1000;
  if (seconds === 0 || seconds % 60 !== 0) return null;
  if (seconds <= HOUR_S && HOUR_S % seconds === 0)
    return {
      cron: seconds === HOUR_S ? '0 * * * *' : seconds === 60 ? '* * * * *' : `*/${seconds / 60} * * * *`,
      isExact: false,
    };
  if (seconds <= DAY_S && DAY_S % seconds === 0 && seconds % HOUR_S === 0)
    return { cron: seconds === DAY_S ? '0 0 * * *' : `0 */${seconds / HOUR_S} * * *`, isExact: false };
  return null;
}
