import { parseJob } from '@upstart/job-language';
import { expect, test } from 'vitest';
import { waitsForOthers } from './ends.ts';
import type { Project } from './project.ts';
import { dependenciesOf, inSteps, namedJobs, startingJobs, startsByItself, withDependencies } from './selection.ts';

/** A project of jobs by their texts. */
function projectOf(texts: Record<string, string>, groups: Record<string, readonly string[]> = {}): Project {
  const jobs = Object.entries(texts).map(([name, text]) =>
    parseJob(`${text}\nexec true\n`, { name, path: `${name}.conf` }),
  );
  const translation = { files: [], report: [], ports: {}, groups, endsWith: {} };
  return { folder: '/p', source: '/p/upstart', isNative: true, env: null, translation, jobs };
}

const SHOP = projectOf(
  {
    db: 'start on startup',
    cache: 'start on startup',
    web: 'start on started db and started cache',
    worker: 'start on started db',
    migrate: '',
  },
  { back: ['db', 'cache'] },
);

test('words name jobs, patterns and groups, each job once', () => {
  expect(namedJobs(['web', 'w*', 'back'], SHOP)).toEqual(['web', 'worker', 'db', 'cache']);
  expect(namedJobs([], SHOP)).toEqual([]);
  // A job comes before a group of its name.
  expect(namedJobs(['db'], projectOf({ db: '', x: '' }, { db: ['x'] }))).toEqual(['db']);
});

test('a word that names nothing is an error with the nearest name', () => {
  expect(() => namedJobs(['wbe'], SHOP)).toThrow('no job or group wbe; did you mean web?');
  expect(() => namedJobs(['bakc'], SHOP)).toThrow('did you mean back?');
  expect(() => namedJobs(['unlike'], SHOP)).toThrow(/^no job or group unlike$/);
});

test('jobs bring what they wait for, and stop before it', () => {
  const dependencies = dependenciesOf(SHOP.jobs);
  expect(withDependencies(['web'], dependencies)).toEqual(['web', 'db', 'cache']);
  expect(inSteps(['web', 'worker', 'db', 'cache'], dependencies)).toEqual([
    ['db', 'cache'],
    ['web', 'worker'],
  ]);
});

test('a circle of jobs is one step', () => {
  const { jobs } = projectOf({ a: 'start on started b', b: 'start on started a', c: 'start on started a' });
  expect(inSteps(['a', 'b', 'c'], dependenciesOf(jobs))).toEqual([['a', 'b', 'c']]);
});

test('jobs with a condition start by themselves, if something in the project makes their events', () => {
  expect(startingJobs(SHOP)).toEqual(['db', 'cache', 'web', 'worker']);
  const dependencies = dependenciesOf(SHOP.jobs);
  expect(SHOP.jobs.filter((job) => startsByItself(job, dependencies)).map(({ name }) => name)).toEqual([
    'db',
    'cache',
    'web',
    'worker',
  ]);
  const { jobs } = projectOf({ hook: 'start on deploy' });
  expect(jobs.map((job) => startsByItself(job, dependenciesOf(jobs)))).toEqual([false]);
});

test('a project may still do something while a job waits for an event from outside', () => {
  expect(waitsForOthers(SHOP)).toBe(false);
  for (const event of ['file FILE=/x', 'timer EVERY=5m', 'deploy'])
    expect(waitsForOthers(projectOf({ a: 'start on startup', b: `start on ${event}` }))).toBe(true);
});
