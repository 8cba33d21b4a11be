/** The list of failures at the end of npm test. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conformanceFailures, unitTestFailures } from '../../scripts/failures.mjs';

const ROOT = join(import.meta.dirname, '../..');

test('tests are named with their file and the beginning of what they say', () => {
  const report = {
    testResults: [
      {
        name: join(ROOT, 'packages/a.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [
          { ancestorTitles: [], title: 'good', status: 'passed', failureMessages: [] },
          {
            ancestorTitles: ['the part'],
            title: 'bad',
            status: 'failed',
            failureMessages: ['\u001b[31mE: 1\u001b[0m\n\nat x'],
          },
          { ancestorTitles: [], title: 'long', status: 'failed', failureMessages: [`${'x'.repeat(500)}\n`.repeat(50)] },
        ],
      },
      { name: join(ROOT, 'test/b.test.ts'), status: 'failed', message: 'cannot be loaded', assertionResults: [] },
      { name: join(ROOT, 'test/c.test.ts'), status: 'passed', message: '', assertionResults: [] },
    ],
  };
  const [bad, long = '', file, ...others] = unitTestFailures(report);
  expect(bad).toBe('packages/a.test.ts > the part > bad\n    E: 1\n    at x');
  expect(long.split('\n').map((line) => line.length)).toEqual([25, ...Array(6).fill(204)]);
  expect(file).toBe('test/b.test.ts\n    cannot be loaded');
  expect(others).toEqual([]);
});

test('cases are named by their path', () => {
  expect(conformanceFailures({ failures: [join(ROOT, 'conformance/cases/jobs/x.t')] })).toEqual([
    'conformance/cases/jobs/x.t',
  ]);
  expect(conformanceFailures({})).toEqual([]);
});
