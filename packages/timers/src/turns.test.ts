import { parseTimer, type TimerSpec } from '@upstart/job-language';
import { describe, expect, it } from 'vitest';
import { spreadMs } from './spread.ts';
import { firstTurn, isFixedTime, turnAfter } from './turns.ts';

function spec(...args: string[]): TimerSpec {
  const parsed = parseTimer(args);
  if ('fault' in parsed) throw new Error(parsed.fault.text);
  return parsed.spec;
}

/** The next turns after a time, as text. */
function turns(from: string, count: number, ...args: string[]): string[] {
  const timer = spec(...args);
  const found: string[] = [];
  for (let ms = Date.parse(from); found.length < count; ) {
    const next = turnAfter(timer, 0, ms);
    if (next === null) return [...found, 'never'];
    ms = next.dueMs;
    found.push(new Date(ms).toISOString().replace('.000', ''));
  }
  return found;
}

describe('turns', () => {
  it.each<[string, string[], string[]]>([
    ['2026-11-29T12:03:04Z', ['EVERY=5m'], ['2026-11-29T12:05:00Z', '2026-11-29T12:10:00Z']],
    ['2026-11-29T12:05:00Z', ['EVERY=5m'], ['2026-11-29T12:10:00Z']],
    ['2026-11-29T12:04:59.999Z', ['EVERY=5m'], ['2026-11-29T12:05:00Z']],
    ['2026-11-29T12:05:00Z', ['EVERY=1w'], ['2026-11-30T00:00:00Z', '2026-12-07T00:00:00Z']],
    ['1969-12-31T23:59:59Z', ['EVERY=1d'], ['1970-01-01T00:00:00Z']],
    ['2026-11-29T12:00:00Z', ['CRON=0 3 * * mon-fri', 'ZONE=UTC'], ['2026-11-30T03:00:00Z', '2026-12-01T03:00:00Z']],
    [
      '2026-11-29T12:00:00Z',
      ['CRON=0 0 13 * 5', 'ZONE=UTC'],
      ['2026-12-04T00:00:00Z', '2026-12-11T00:00:00Z', '2026-12-13T00:00:00Z'],
    ],
    ['2026-11-29T12:00:00Z', ['CRON=30 0 12 * * *', 'ZONE=UTC'], ['2026-11-29T12:00:30Z']],
    ['2026-11-29T12:00:00Z', ['CRON=0 0 29 2 *', 'ZONE=UTC'], ['2028-02-29T00:00:00Z']],
    ['2026-11-29T12:00:00Z', ['CRON=0 0 30 2 *', 'ZONE=UTC'], ['never']],
    ['2026-11-29T12:00:00Z', ['AT=03:00', 'ZONE=Asia/Tokyo'], ['2026-11-29T18:00:00Z']],
    ['2026-11-29T12:00:00Z', ['CRON=0 0 * * 7', 'ZONE=UTC'], ['2026-12-06T00:00:00Z']],
  ])('after %s of %j', (from, args, expected) => {
    expect(turns(from, expected.length, ...args)).toEqual(expected);
  });

  it('of a time in an hour that does not exist come at its end', () => {
    // In Rome 02:00 is followed by 03:00 on 29 March 2026.
    const expected = ['2026-03-28T01:30:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z'];
    expect(turns('2026-03-28T00:00:00Z', 3, 'AT=02:30', 'ZONE=Europe/Rome')).toEqual(expected);
    const hourly = ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z'];
    expect(turns('2026-03-29T00:00:00Z', 2, 'CRON=30 * * * *', 'ZONE=Europe/Rome')).toEqual(hourly);
  });

  it('of a time in an hour that comes twice come once, those of each hour twice', () => {
    // In Rome 03:00 is followed by 02:00 on 25 October 2026.
    const expected = ['2026-10-24T00:30:00Z', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z'];
    expect(turns('2026-10-24T00:00:00Z', 3, 'AT=02:30', 'ZONE=Europe/Rome')).toEqual(expected);
    const hourly = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T02:30:00Z'];
    expect(turns('2026-10-25T00:00:00Z', 3, 'CRON=30 * * * *', 'ZONE=Europe/Rome')).toEqual(hourly);
  });

  it('start later by the spread', () => {
    const timer = spec('EVERY=5m', 'RANDOM=2m');
    const now = Date.parse('2026-11-29T12:01:00Z');
    expect(firstTurn(timer, 90_000, now)?.startMs).toBe(Date.parse('2026-11-29T12:01:30Z'));
    expect(firstTurn(timer, 60_000, now)?.startMs).toBe(Date.parse('2026-11-29T12:06:00Z'));
  });
});

it.each([
  ['AT=03:00', true],
  ['CRON=0,30 3-5 * * *', true],
  ['CRON=*/10 3 * * *', false],
  ['CRON=0 * * * *', false],
  ['CRON=0 8-18/2 * * *', false],
  ['EVERY=1d', false],
])('%s is at times of the day: %s', (arg, isFixed) => {
  expect(isFixedTime(spec(arg))).toBe(isFixed);
});

describe('the spread', () => {
  const of = (job: string, machine = 'm'): number => spreadMs(30_000, job, ['EVERY=5m', 'RANDOM=30s'], machine);

  it('is always the same for a job, and differs between jobs and machines', () => {
    expect(of('a')).toBe(of('a'));
    expect(new Set([of('a'), of('b'), of('a', 'n')]).size).toBe(3);
    expect(spreadMs(0, 'a', [], 'm')).toBe(0);
  });

  it('is even, and below its limit', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 1000; i++) tenths[Math.floor(of(`job-${i}`) / 3000)]! += 1;
    expect(tenths).toHaveLength(10);
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(150);
  });
});
