// The failures of a run in few lines: its output has thousands of lines, and people see the last ones.
import { relative } from 'node:path';
import { ROOT } from './layout.mjs';

const MAX_LINES = 6;
const MAX_COLUMNS = 200;

/**
 * `FILE > TEST` of each failed test in a report of vitest, with the beginning of its message; `FILE` if the file itself failed.
 * @returns {string[]}
 */
export function unitTestFailures(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(ROOT, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [failure(file, message)];
    return failed.map(({ ancestorTitles, title, failureMessages }) =>
      failure([file, ...ancestorTitles, title].join(' > '), failureMessages.join('\n')),
    );
  });
}

/**
 * Each failed case in a summary of the conformance runner's.
 * @param {{ failures?: string[] }} summary
 */
export function conformanceFailures({ failures = [] }) {
  return failures.map((path) => relative(ROOT, path));
}

function failure(name, message) {
  const lines = stripColours(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [name, ...lines.slice(0, MAX_LINES).map((line) => `    ${line.slice(0, MAX_COLUMNS)}`)].join('\n');
}

function stripColours(text) {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '');
}
