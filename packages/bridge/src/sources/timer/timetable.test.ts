import { parseTimer } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { CORRECTION_MS, type Reading, SLACK_MS, type Timer, Timetable } from './timetable.ts';

const START = Date.parse('2026-11-29T12:00:30Z');
const HOUR = 3_600_000;

function timerOf(word: string, spreadMs = 0): Timer {
  const args = [...word.split('; '), ...(word.startsWith('EVERY') ? [] : ['ZONE=UTC'])];
  const parsed = parseTimer(args);
  if ('fault' in parsed) throw new Error(parsed.fault.text);
  return { key: word, args, job: null, spec: parsed.spec, spreadMs };
}

/** A table whose clocks are moved by hand. */
class Clocks {
  #now: Reading = { wallMs: START, upMs: 0 };
  readonly table = new Timetable(this.#now);

  constructor(...words: string[]) {
    for (const word of words) this.table.add(timerOf(word));
  }

  /** Time passes, and the clock is set; returns which turns are due. */
  pass(passedMs: number, setMs = 0): string[] {
    const { wallMs, upMs } = this.#now;
    this.#now = { wallMs: wallMs + passedMs + setMs, upMs: upMs + passedMs };
    return this.table.pass(this.#now).map(({ timer, dueMs }) => `${timer.key} ${clock(dueMs)}`);
  }

  next(): string | null {
    const ms = this.table.nextMs();
    return ms === null ? null : clock(ms);
  }
}

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

it('has the turn that is due, not the others, and then the next', () => {
  const clocks = new Clocks('EVERY=1m', 'AT=12:01', 'AT=12:02');
  expect(clocks.next()).toBe('12:01:00');
  expect(clocks.pass(29_999)).toEqual([]);
  expect(clocks.pass(1)).toEqual(['EVERY=1m 12:01:00', 'AT=12:01 12:01:00']);
  expect(clocks.pass(59_999)).toEqual([]);
  expect(clocks.next()).toBe('12:02:00');
  expect(clocks.pass(1)).toEqual(['EVERY=1m 12:02:00', 'AT=12:02 12:02:00']);
  clocks.table.delete('EVERY=1m');
  expect(clocks.next()).toBe('12:01:00');
});

it('keeps the order of the times', () => {
  expect(new Clocks('AT=12:03', 'AT=12:01', 'AT=12:02').pass(HOUR)).toEqual([
    'AT=12:01 12:01:00',
    'AT=12:02 12:02:00',
    'AT=12:03 12:03:00',
  ]);
});

it('has a turn that passed while the machine slept once', () => {
  const clocks = new Clocks('EVERY=1m', 'AT=14:00');
  expect(clocks.pass(8 * HOUR)).toEqual(['EVERY=1m 12:01:00', 'AT=14:00 14:00:00']);
  expect(clocks.next()).toBe('20:01:00');
});

it('a timer that is never due has no turn', () => {
  const clocks = new Clocks('CRON=0 0 30 2 *');
  expect([clocks.next(), clocks.pass(HOUR), clocks.table.hasTurn('CRON=0 0 30 2 *')]).toEqual([null, [], false]);
});

it('a spread is added to each turn, and is not part of when it is due', () => {
  const clocks = new Clocks();
  clocks.table.add(timerOf('AT=12:01', 20_000));
  expect(clocks.pass(49_999)).toEqual([]);
  expect(clocks.pass(1)).toEqual(['AT=12:01 12:01:00']);
  clocks.table.add(timerOf('EVERY=1h', 90_000));
  expect(clocks.next()).toBe('12:01:30');
});

it('resumes after the last turn that was done', () => {
  const clocks = new Clocks();
  clocks.table.add(timerOf('AT=03:00; PERSISTENT=yes'), START - 48 * HOUR);
  expect(clocks.pass(0)).toEqual(['AT=03:00; PERSISTENT=yes 03:00:00']);
  expect(clocks.pass(0)).toEqual([]);
  expect(clocks.next()).toBe('03:00:00');
});

const ALL = ['EVERY=1h', 'CRON=30 * * * *', 'AT=14:00', 'AT=14:00; PERSISTENT=yes'];

it.each<[string, number, string[]]>([
  ['within the slack, which is no setting', SLACK_MS, []],
  ['by two hours', 2 * HOUR, ['AT=14:00 14:00:00', 'AT=14:00; PERSISTENT=yes 14:00:00']],
  ['by the limit', CORRECTION_MS, ['AT=14:00 14:00:00', 'AT=14:00; PERSISTENT=yes 14:00:00']],
  ['by more', CORRECTION_MS + 1, ['AT=14:00; PERSISTENT=yes 14:00:00']],
])('the clock is set forward %s', (_how, setMs, due) => {
  const clocks = new Clocks(...ALL);
  expect(clocks.pass(0, setMs)).toEqual(due);
  expect(clocks.pass(0)).toEqual([]);
});

it('counts real time, too, when the clock is set: what has passed is due', () => {
  expect(new Clocks('EVERY=1h', 'AT=12:30').pass(HOUR, 5 * HOUR)).toEqual(['AT=12:30 12:30:00', 'EVERY=1h 13:00:00']);
});

it('the clock is set back by less than the limit: turns of the day do not come again, others by the new time', () => {
  const clocks = new Clocks('EVERY=1h', 'CRON=30 * * * *', 'AT=12:01');
  expect(clocks.pass(60_000)).toEqual(['AT=12:01 12:01:00']);
  expect(clocks.pass(0, -2 * HOUR)).toEqual([]);
  expect(clocks.next()).toBe('10:30:00');
  expect(clocks.pass(2 * HOUR)).toEqual(['CRON=30 * * * * 10:30:00', 'EVERY=1h 11:00:00']);
});

it('… by more: it was wrong before, and turns come by the new time', () => {
  const clocks = new Clocks('AT=12:01');
  clocks.pass(60_000);
  expect(clocks.pass(0, -CORRECTION_MS - 1)).toEqual([]);
  expect(clocks.pass(4 * HOUR)).toEqual(['AT=12:01 12:01:00']);
});
