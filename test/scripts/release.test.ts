import { expect, test } from 'vitest';
import { releaseOf } from '../../scripts/release/release-of.mjs';

const GIVEN = {
  version: '9.15.1',
  date: '2026-12-01',
  packageText: '{\n  "name": "upstart",\n  "version": "9.15.0"\n}\n',
  changelog: '# Changelog\n\n## 9.15.0 (unreleased)\n\nJobs:\n\n- One.\n\n## 9.14.0\n\n- Old.\n',
};

test('a release has its version and date in both files, and its entry in the tag', () => {
  expect(releaseOf(GIVEN)).toEqual({
    tag: 'v9.15.1',
    subject: 'Release 9.15.1',
    message: 'Release 9.15.1\n\nJobs:\n\n- One.\n',
    texts: {
      'package.json': '{\n  "name": "upstart",\n  "version": "9.15.1"\n}\n',
      'CHANGELOG.md': '# Changelog\n\n## 9.15.1 (2026-12-01)\n\nJobs:\n\n- One.\n\n## 9.14.0\n\n- Old.\n',
    },
  });
});

test.each([
  ['9.15', {}, 'Not a version: 9.15'],
  ['9.14.9', {}, 'The version 9.14.9 is older than 9.15.0, that of package.json'],
  ['10.7.0', {}, 'The second number of 10.7.0 is below 8'],
  ['9.15.1', { changelog: '# Changelog\n\n## 9.15.0\n\n- One.\n' }, 'CHANGELOG.md has no entry that is unreleased'],
  ['9.15.1', { changelog: '## 9.16.0 (unreleased)\n\n- One.\n' }, 'an entry for 9.16.0, package.json has 9.15.0'],
  ['9.15.1', { changelog: '## 9.15.0 (unreleased)\n\n## 9.14.0\n\n- Old.\n' }, 'The entry of CHANGELOG.md is empty'],
])('refuses %s with %j', (version, texts, problem) => {
  expect(() => releaseOf({ ...GIVEN, ...texts, version })).toThrow(problem);
});
