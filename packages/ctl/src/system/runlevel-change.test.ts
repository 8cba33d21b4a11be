import { expect, test } from 'vitest';
import { previousRunlevel } from './runlevel-change.ts';

const NONE = { utmp: '/no/such/utmp', wtmp: '/no/such/wtmp' };

test.each([
  [{}, 'N'],
  [{ RUNLEVEL: '2' }, '2'],
  [{ RUNLEVEL: '23' }, '2'],
])('%j is a change from %s', (env, previous) => {
  expect(previousRunlevel(env, NONE)).toBe(previous);
});

test('a job that says there was no level before is believed, whatever has been recorded', () => {
  const files = {
    ...NONE,
    get utmp(): string {
      throw new Error('is not asked');
    },
  };
  expect(previousRunlevel({ RUNLEVEL: '' }, files)).toBe('N');
});
