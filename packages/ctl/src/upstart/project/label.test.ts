import { expect, it } from 'vitest';
import { labelOfLog } from './label.ts';

it.each([
  ['web', 'web'],
  ['grp_one', 'grp/one'],
  ['grp_one-a_b', 'grp/one-a_b'],
  ['web-admin', 'web-admin'],
  ['web-admin-1', 'web-admin-1'],
  ['other', 'other'],
])('the output in the log %s is that of %s', (log, label) => {
  expect(labelOfLog(log, ['web', 'grp/one', 'web-admin'])).toBe(label);
});
