import { describe, expect, it, test } from 'vitest';
import { isWarningDue, minutesUntil } from './time-of-shutdown.ts';

const NOW = new Date(2024, 0, 31, 22, 10);

test.each([
  ['now', 0],
  ['0', 0],
  ['+0', 0],
  ['5', 5],
  ['+90', 90],
  ['22:10', 0],
  ['22:11', 1],
  ['23:59', 109],
  ['0:00', 110],
  ['22:09', 1439],
])('%s is in %i minutes', (text, minutes) => {
  expect(minutesUntil(text, NOW)).toBe(minutes);
});

test.each([
  ['', 'illegal time value'],
  ['soon', 'illegal time value'],
  ['+', 'illegal time value'],
  ['+x', 'illegal time value'],
  ['5m', 'illegal time value'],
  ['99999999999999999', 'illegal time value'],
  ['24:00', 'illegal hour value'],
  ['12:60', 'illegal minute value'],
  ['12:', 'illegal minute value'],
  ['12:3x', 'illegal minute value'],
  ['noon:30', 'illegal hour value'],
  [':30', 'illegal hour value'],
])('%j: %s', (text, message) => {
  expect(() => minutesUntil(text, NOW)).toThrow(message);
});

describe('those who are logged in are warned', () => {
  it.each([
    [[1, 2, 9], true],
    [[15, 30, 45], true],
    [[10, 11, 59], false],
    [[60, 90, 150], true],
    [[61, 75, 179], false],
    [[180, 240, 600], true],
    [[181, 210, 599], false],
  ])('with %j minutes left: %s', (minutes, due) => {
    expect(minutes.map(isWarningDue)).toEqual(minutes.map(() => due));
  });
});
