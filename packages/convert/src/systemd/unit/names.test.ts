import { expect, it } from 'vitest';
import { jobOfUnit, parseName, unitPrefix } from './names.ts';

const jobOf = (name: string): string | null => {
  const parsed = parseName(name);
  return parsed && jobOfUnit(parsed);
};

it.each(['web', 'a.b-c', 'ü', 'wörker@home', '.hidden'])('the unit of the job %s has its name again', (job) => {
  expect(jobOf(`${unitPrefix(job)}.service`)).toBe(job);
});

it.each([
  ['a\\x20b.service', 'a\\x20b'],
  ['a\\x2fb.service', 'a\\x2fb'],
  ['a\\xff.service', 'a\\xff'],
  ['web.target', 'web-target'],
])('%s, which no job can be called, is %s', (unit, job) => {
  expect(jobOf(unit)).toBe(job);
});
