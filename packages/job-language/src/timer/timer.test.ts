import { describe, expect, it } from 'vitest';
import { parseCron } from './cron.ts';
import { parseTimer } from './timer.ts';

const spec = (...args: string[]): unknown => (parseTimer(args) as { spec: unknown }).spec;
const fault = (...args: string[]): unknown => {
  const parsed = parseTimer(args);
  if (!('fault' in parsed)) return parsed;
  const { argument, text, meant } = parsed.fault;
  return [argument, text, meant];
};
const PLAIN = { zone: null, isPersistent: false, randomMs: 0 };

it('reads each kind of timer', () => {
  expect(spec('EVERY=5m')).toEqual({ ...PLAIN, schedule: { everyMs: 300_000 } });
  expect(spec('CRON=0 3 * * *')).toEqual({ ...PLAIN, schedule: { cron: '0 0 3 * * *' } });
  expect(spec('AT=03:05')).toEqual({ ...PLAIN, schedule: { cron: '0 5 3 * * *' } });
  expect(spec('AT=23:05:09')).toEqual({ ...PLAIN, schedule: { cron: '9 5 23 * * *' } });
  expect(spec('ZONE=Europe/Rome', 'CRON=@Daily', 'PERSISTENT=yes', 'RANDOM=30s')).toEqual({
    schedule: { cron: '0 0 0 * * *' },
    zone: 'Europe/Rome',
    isPersistent: true,
    randomMs: 30_000,
  });
});

it.each<[string[], number | null, string, string | null]>([
  [[], null, 'a timer needs one of EVERY=, CRON= and AT=', null],
  [['ZONE=UTC'], null, 'a timer needs one of EVERY=, CRON= and AT=', null],
  [['5m'], 0, 'expected KEY=VALUE instead of `5m`', 'EVERY=5m'],
  [['03:00'], 0, 'expected KEY=VALUE instead of `03:00`', 'AT=03:00'],
  [['@daily'], 0, 'expected KEY=VALUE instead of `@daily`', 'CRON=@daily'],
  [['daily'], 0, 'expected KEY=VALUE instead of `daily`', null],
  [['EVRY=5m'], 0, 'a timer has no EVRY=', 'EVERY=5m'],
  [['every=5m'], 0, 'a timer has no every=', 'EVERY=5m'],
  [['DAILY=03:00'], 0, 'a timer has no DAILY=, but EVERY=, CRON= or AT=, with ZONE=, RANDOM= and PERSISTENT=', null],
  [['EVERY!=5m'], 0, 'a timer has no `!=`: it is set by the values', 'EVERY=5m'],
  [['EVERY=$N'], 0, 'a timer takes no variables: it is set before any job runs', null],
  [['EVERY=5min'], 0, 'EVERY=5min is not a time such as 30s, 5m, 1h30m, 2d or 1w', 'EVERY=5m'],
  [['EVERY=often'], 0, 'EVERY=often is not a time such as 30s, 5m, 1h30m, 2d or 1w', null],
  [['EVERY=0'], 0, 'EVERY is at least 1s', null],
  [['EVERY=367d'], 0, 'EVERY is at most 366d', null],
  [['EVERY=5m', 'EVERY=6m'], 1, 'EVERY stands twice', null],
  [['EVERY=5m', 'AT=03:00'], 1, 'a timer has only one of EVERY=, CRON= and AT=', null],
  [['EVERY=5m', 'ZONE=UTC'], 1, 'ZONE is for CRON and AT: EVERY counts seconds', null],
  [['RANDOM=5m', 'EVERY=5m'], 0, 'RANDOM has to be shorter than EVERY', null],
  [['AT=03:00', 'RANDOM=2d'], 1, 'RANDOM is at most 1d', null],
  [['AT=24:00'], 0, 'AT=24:00 is no time of day such as 03:00', null],
  [['AT=3.30'], 0, 'AT=3.30 is no time of day such as 03:00', 'AT=3:30'],
  [['AT=03:00', 'ZONE=Rome'], 1, 'no time zone is called Rome', 'ZONE=Europe/Rome'],
  [['AT=03:00', 'ZONE=Europe/Roma'], 1, 'no time zone is called Europe/Roma', 'ZONE=Europe/Rome'],
  [['AT=03:00', 'ZONE=+01:00'], 1, 'no time zone is called +01:00', null],
  [['AT=03:00', 'PERSISTENT=true'], 1, 'PERSISTENT is yes or no', 'PERSISTENT=yes'],
  [['CRON=0 25 * * *'], 0, 'CRON: hour 25 is not from 0 to 23', null],
])('names the word of %j that is wrong', (args, argument, text, meant) => {
  expect(fault(...args)).toEqual([argument, text, meant]);
});

it('accepts the limits themselves', () => {
  expect(spec('EVERY=1s')).toMatchObject({ schedule: { everyMs: 1000 } });
  expect(spec('EVERY=366d')).toMatchObject({ schedule: { everyMs: 366 * 86_400_000 } });
  expect(spec('AT=03:00', 'RANDOM=1d')).toMatchObject({ randomMs: 86_400_000 });
});

describe('cron', () => {
  it.each([
    ['*/5 * * * *', '0 */5 * * * *'],
    [' 0  3 * * MON-FRI ', '0 0 3 * * mon-fri'],
    ['30 0 3 1,15 jan,jul 7', '30 0 3 1,15 jan,jul 7'],
    ['0-30/10 8-18 * * *', '0 0-30/10 8-18 * * *'],
    ['@hourly', '0 0 * * * *'],
  ])('takes `%s`', (expression, fields) => {
    expect(parseCron(expression)).toBe(fields);
  });

  it.each([
    ['0 3 * *', '4 fields instead of five: minute, hour, day of the month, month, day of the week', null],
    ['60 * * * *', 'minute 60 is not from 0 to 59', null],
    ['0 0 0 * *', 'day of the month 0 is not from 1 to 31', null],
    ['0 0 * * 8', 'day of the week 8 is not from 0 to 7', null],
    ['0 0 * juin *', 'month `juin` is no number, range or *', 'jun'],
    ['0 0 * * sunday', 'day of the week `sunday` is no number, range or *', 'sun'],
    ['*/0 * * * *', 'the step of the minute is `0`, not from 1 to 59', null],
    ['5/10 * * * *', 'minute `5/10` has a step without a range', '5-59/10'],
    ['30-10 * * * *', 'the minute goes from 30 down to 10', '10-30'],
    ['1-2-3 * * * *', 'minute `1-2-3` is no number, range or *', null],
    ['1,,2 * * * *', 'minute `` is no number, range or *', null],
    ['@dayly', 'no schedule is called @dayly', '@daily'],
    ['@toString', 'no schedule is called @tostring', null],
  ])('rejects `%s`', (expression, text, meant) => {
    expect(parseCron(expression)).toMatchObject({ text, meant });
  });

  it('limits the length', () => {
    const longest = `${'0,'.repeat(95)}0 * * * *`.padEnd(200);
    expect(longest).toHaveLength(200);
    expect(typeof parseCron(longest)).toBe('string');
    expect(parseCron(`${longest} `)).toMatchObject({ text: 'longer than 200 characters' });
  });
});
