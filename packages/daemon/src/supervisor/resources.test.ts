import { RESOURCE_NAMES } from '@upstart/job-language';
import { expect, it } from 'vitest';
import { resourceName, resourceNumber } from './resources.ts';

it('every resource has a number of its own, and is found by it', () => {
  const numbers = RESOURCE_NAMES.map(resourceNumber);
  expect(new Set(numbers).size).toBe(RESOURCE_NAMES.length);
  expect(numbers.map(String).map(resourceName)).toEqual([...RESOURCE_NAMES]);
});

it('an unknown name gets a number that the kernel refuses, and an unknown number stays as it is', () => {
  expect(resourceNumber('nonsense')).toBe(-1);
  expect([resourceName('-1'), resourceName('nofile'), resourceName('')]).toEqual(['-1', 'nofile', '']);
});
