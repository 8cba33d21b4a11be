import { expect, it } from 'vitest';
import { secondsText } from './seconds.ts';

it.each([
  [0, '0ms'],
  [999.4, '999ms'],
  [999.6, '1.000s'],
  [1204, '1.204s'],
  [59_999, '59.999s'],
  [60_000, '1min 0s'],
  [3_599_999, '59min 59s'],
  [12_000_000, '3h 20min'],
])('%d milliseconds are %s', (ms, text) => expect(secondsText(ms)).toBe(text));
