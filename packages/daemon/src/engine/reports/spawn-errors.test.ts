import { expect, it } from 'vitest';
import { spawnErrorText } from './spawn-errors.ts';

const ETIMEDOUT = 110;

it('a user that is not there has no error of its own, a service that does not answer is named', () => {
  expect(spawnErrorText('setuid-lookup', ETIMEDOUT, 'getent passwd')).toBe(
    'unable to getpwnam: Connection timed out (getent passwd)',
  );
  expect(spawnErrorText('setuid-lookup', 0, '')).toBe('unable to find setuid user');
});
