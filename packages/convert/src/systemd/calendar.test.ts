import { describe, expect, it } from 'vitest';
import { calendarOf, timerOf } from './calendar.ts';

describe('a calendar event', () => {
  it.each([
    ['*-*-* 03:00:00', 'AT=03:00'],
    ['*-*-* 03:00:05 Europe/Rome', 'AT=03:00:05 ZONE=Europe/Rome'],
    ['hourly', 'CRON=0 * * * *'],
    ['weekly', 'CRON=0 0 * * mon'],
    ['Mon..Fri 08:30', 'CRON=30 8 * * mon-fri'],
    ['Sat,Sun *-*-* 10:00:00', 'CRON=0 10 * * sat,sun'],
    ['Fri..Mon 12:00', 'CRON=0 12 * * fri,sat,sun,mon'],
    ['*-*-01,15 04:00:00', 'CRON=0 4 1,15 * *'],
    ['*-*-* *:00/15:00', 'CRON=*/15 * * * *'],
    ['*-*-* *:*:00/30', 'CRON=*/30 * * * * *'],
    ['quarterly', 'CRON=0 0 1 1,4,7,10 *'],
    ['monthly', 'CRON=0 0 1 * *'],
  ])('%s is %s', (calendar, words) => {
    const timer = timerOf(calendar);
    expect('words' in timer && timer.words.join(' ')).toBe(words);
  });

  it.each(['2026-01-01 00:00', '*-*~1 00:00:00', 'Mon *-*-01 00:00', 'whenever it suits', '*-*-* 00:00:00.5'])(
    '%s is none',
    (calendar) => {
      expect(timerOf(calendar)).toHaveProperty('why');
    },
  );
});

describe('a timer', () => {
  it.each([
    ['0 3 * * *', '*-*-* 03:00:00'],
    ['*/5 * * * *', '*-*-* *:00/5:00'],
    ['0 0 * * 5-7', 'Fri..Sun *-*-* 00:00:00'],
    ['0 0 1 jan,jul *', '*-01,07-01 00:00:00'],
    ['10 0 0 * * *', '*-*-* 00:00:10'],
    ['@weekly', 'Sun *-*-* 00:00:00'],
  ])('CRON=%s is %s', (cron, calendar) => {
    expect(calendarOf(cron, null)).toBe(calendar);
  });

  it('that cron takes in another way is none', () => {
    expect(calendarOf('0 0 13 * fri', null)).toHaveProperty('why');
    expect(calendarOf('hello', null)).toHaveProperty('why');
  });
});
